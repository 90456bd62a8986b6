-- The page: what the credit manager looks at, as one HTML document without a
-- script or an outside file. Its pictures are SVG whose lengths are percentages,
-- so that bars and curves take the width they find while letters keep their
-- size, on a telephone as on paper. Each figure also stands in a <data> element
-- under a name (data-cle), for whoever reads the page by program.
--
-- The functions below write pieces of it. Whatever comes from data goes through
-- _html() or a function that calls it.

-- ------------------------------------------------------------------- words

-- Text of others inside a page: nothing in it is markup, ends an attribute,
-- hides, or turns what follows round.
CREATE FUNCTION creances._html(texte text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	r text := coalesce(texte, '');
BEGIN
	r := replace(replace(replace(replace(replace(r, '&', '&amp;'), '<', '&lt;'), '>', '&gt;'), '"', '&quot;'), '''', '&#39;');
	r := regexp_replace(r, '[\t\n\r]+', ' ', 'g');
	IF getdatabaseencoding() = 'UTF8' THEN
		RETURN regexp_replace(r, '[\u0001-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff]', '&#65533;', 'g');
	END IF;
	RETURN regexp_replace(r, '[\u0001-\u001f\u007f]', '&#65533;', 'g');
END $$;
COMMENT ON FUNCTION creances._html(text) IS
'Texte d''ailleurs dans une page HTML, aussi dans un attribut : balises et guillemets neutralisés ; caractères de commande, invisibles ou qui changent le sens de lecture remplacés par U+FFFD.';

CREATE FUNCTION creances._html_montant(montant numeric, devise text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT creances._html(creances._montant_lettre(trim_scale(montant), devise, 'fr'));
END;
COMMENT ON FUNCTION creances._html_montant(numeric, text) IS 'Montant d''une page HTML, à la française.';

-- A value in the unit of its indicator: a currency, days or percent.
CREATE FUNCTION creances._html_valeur(valeur numeric, unite text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN unite IN ('jours', '%', 'points')
				THEN creances._html(creances.message('{n, number, ::.##}', jsonb_build_object('n', valeur), 'fr')) || '&#160;'
					 || CASE WHEN unite = 'jours' AND abs(valeur) < 2 THEN 'jour' ELSE unite END
				ELSE creances._html_montant(valeur, unite) END;
END;
COMMENT ON FUNCTION creances._html_valeur(numeric, text) IS 'Valeur d''un indicateur dans une page HTML, à la française.';

CREATE FUNCTION creances._html_date(le date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT '<time datetime="' || to_char(le, 'YYYY-MM-DD') || '">' || creances._html(creances.date_formatee(le, 'fr', 'court')) || '</time>';
END;
COMMENT ON FUNCTION creances._html_date(date) IS 'Date d''une page HTML, à la française.';

-- A figure: as people read it, and as a program does.
CREATE FUNCTION creances._html_donnee(cle text, valeur numeric, texte text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT '<data data-cle="' || creances._html(cle) || '" value="' || coalesce(trim_scale(valeur)::text, '') || '">'
		   || CASE WHEN valeur IS NULL THEN '<span title="sans objet">&#8212;</span>' ELSE texte END || '</data>';
END;
COMMENT ON FUNCTION creances._html_donnee(text, numeric, text) IS 'Chiffre d''une page HTML : son texte, son nom et sa valeur exacte ; NULL : un tiret.';

CREATE FUNCTION creances._html_nom(nom text, debiteur text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT '<bdi>' || creances._html(coalesce(nullif(btrim(nom), ''), debiteur)) || '</bdi>'
		   || CASE WHEN coalesce(nullif(btrim(nom), ''), debiteur) <> debiteur THEN ' <small><bdi>' || creances._html(debiteur) || '</bdi></small>' ELSE '' END;
END;
COMMENT ON FUNCTION creances._html_nom(text, text) IS 'Nom d''un client dans une page HTML, et son code s''il est autre.';

-- -------------------------------------------------------------------- axes

CREATE FUNCTION creances._pas(etendue numeric) RETURNS numeric
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN etendue > 0
				THEN (SELECT trim_scale(x.p * CASE WHEN etendue <= 5 * x.p THEN 1 WHEN etendue <= 10 * x.p THEN 2 WHEN etendue <= 25 * x.p THEN 5 ELSE 10 END)
						FROM (SELECT power(10::numeric, floor(log(etendue / 5))) AS p) x)
				ELSE 1 END;
END;
COMMENT ON FUNCTION creances._pas(numeric) IS 'Pas des graduations d''un axe : 1, 2 ou 5 fois une puissance de dix, cinq au plus.';

CREATE FUNCTION creances._html_graduation(valeur numeric, unite text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT replace(trim_scale(round(CASE WHEN g.g >= 1e9 THEN valeur / 1e9 WHEN g.g >= 1e6 THEN valeur / 1e6 WHEN g.g >= 1e3 THEN valeur / 1e3 ELSE valeur END, 2))::text, '.', ',')
		   || CASE WHEN valeur = 0 AND unite NOT IN ('jours', '%') THEN ''
				   ELSE '&#160;' || CASE WHEN g.g >= 1e9 THEN 'Md' WHEN g.g >= 1e6 THEN 'M' WHEN g.g >= 1e3 THEN 'k' ELSE '' END
						|| CASE unite WHEN 'EUR' THEN '&#8364;' WHEN 'jours' THEN 'j' WHEN '%' THEN '%' ELSE '' END END
	  FROM (SELECT abs(valeur) AS g) g;
END;
COMMENT ON FUNCTION creances._html_graduation(numeric, text) IS 'Graduation d''un axe, courte : 50 kEUR, 1,5 MEUR, 30 j, 20 % ; une autre devise que l''euro est dite à côté.';

-- Where the axis starts and ends, and its step: zero is always on it.
CREATE FUNCTION creances._axe(minimum numeric, maximum numeric) RETURNS TABLE (bas numeric, haut numeric, pas numeric)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 1
BEGIN ATOMIC
	SELECT floor(y.bas / y.pas) * y.pas, CASE WHEN y.bas = y.haut THEN y.pas ELSE ceil(y.haut / y.pas) * y.pas END, y.pas
	  FROM (SELECT x.bas, x.haut, creances._pas(x.haut - x.bas) AS pas
			  FROM (SELECT least(coalesce(minimum, 0), 0) AS bas, greatest(coalesce(maximum, 0), 0) AS haut) x) y;
END;
COMMENT ON FUNCTION creances._axe(numeric, numeric) IS 'Axe d''un graphique : ses bouts et son pas, zéro compris.';

CREATE FUNCTION creances._pc(numerateur numeric, denominateur numeric) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT trim_scale(round(100 * numerateur / denominateur, 3))::text || '%';
END;
COMMENT ON FUNCTION creances._pc(numeric, numeric) IS 'Longueur relative dans un graphique.';

-- ---------------------------------------------------------------- pictures

-- The aged balance: [{tranche, libelle, creances, deduits}...], bars to the
-- right for what is owed, hatched ones to the left for what is deducted.
CREATE FUNCTION creances._svg_balance(tranches jsonb, devise text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	-- one hue, lighter to darker: told apart without colours
	teintes CONSTANT text[] := '{#8fb8d9,#fdd49e,#fdae6b,#f16913,#b63a02,#6b1d00}';
	hauteur CONSTANT integer := 38 * jsonb_array_length(tranches);
	axe record;
	etendue numeric;
	g numeric;
	t record;
	corps text := '';
BEGIN
	SELECT a.haut, least((SELECT min((x ->> 'deduits')::numeric) FROM jsonb_array_elements(tranches) x), 0) AS bas, a.bas AS premier, a.pas INTO axe
	  FROM creances._axe((SELECT min((x ->> 'deduits')::numeric) FROM jsonb_array_elements(tranches) x),
						 (SELECT max((x ->> 'creances')::numeric) FROM jsonb_array_elements(tranches) x)) a;
	-- (to the left, what is deducted takes the room that it needs)
	etendue := axe.haut - axe.bas;
	FOR g IN SELECT x FROM generate_series(axe.premier, axe.haut, axe.pas) x WHERE x >= axe.bas LOOP
		corps := corps || format('<line class="%1$s" x1="%2$s" x2="%2$s" y1="0" y2="%3$s"/><text class="axe" x="%2$s" y="%4$s" text-anchor="%5$s">%6$s</text>',
			CASE g WHEN 0 THEN 'zero' ELSE 'grille' END, creances._pc(g - axe.bas, etendue), hauteur, hauteur + 16,
			CASE g WHEN axe.bas THEN 'start' WHEN axe.haut THEN 'end' ELSE 'middle' END, creances._html_graduation(g, devise));
	END LOOP;
	FOR t IN SELECT o.n::integer AS n, o.x ->> 'libelle' AS libelle, (o.x ->> 'creances')::numeric AS creances, (o.x ->> 'deduits')::numeric AS deduits
			   FROM jsonb_array_elements(tranches) WITH ORDINALITY o(x, n) ORDER BY o.n LOOP
		corps := corps || format('<text class="halo" x="0" y="%1$s">%2$s</text><text class="halo" x="100%%" y="%1$s" text-anchor="end">%3$s</text>',
								 38 * t.n - 25, creances._html(t.libelle), creances._html_montant(t.creances, devise))
			|| format('<rect data-cle="barre/%s/%s" data-valeur="%s" x="%s" y="%s" width="%s" height="15" fill="%s" stroke="#1a1a1a" stroke-width=".5"/>',
					  creances._html(devise), t.n, trim_scale(t.creances), creances._pc(-axe.bas, etendue), 38 * t.n - 19, creances._pc(t.creances, etendue),
					  teintes[least(t.n, cardinality(teintes))]);
		IF t.deduits < 0 THEN
			corps := corps || format('<rect data-cle="deduit/%s/%s" data-valeur="%s" x="%s" y="%s" width="%s" height="15" fill="url(#hachures)" stroke="#1a1a1a" stroke-width=".5"/>',
				creances._html(devise), t.n, trim_scale(t.deduits), creances._pc(t.deduits - axe.bas, etendue), 38 * t.n - 19, creances._pc(-t.deduits, etendue));
		END IF;
	END LOOP;
	RETURN format('<svg role="img" width="100%%" height="%1$s" aria-labelledby="bt-%2$s bd-%2$s"><title id="bt-%2$s">Balance âgée, %2$s</title><desc id="bd-%2$s">Une barre par tranche de retard ; longueur : ce qui est dû, en %2$s. Les montants sont dans le tableau qui suit.</desc>%3$s</svg>',
				  hauteur + 24, creances._html(devise), corps);
END $$;
COMMENT ON FUNCTION creances._svg_balance(jsonb, text) IS 'Balance âgée en barres, pour la page.';

-- A curve of one indicator over the year that ends at a day.
CREATE FUNCTION creances._svg_courbe(code text, devise text, titre text, unite text, au date, jours date[], valeurs numeric[], cible numeric) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	haut CONSTANT integer := 22;
	bas CONSTANT integer := 176;
	gauche CONSTANT numeric := 12;
	large CONSTANT numeric := 85;
	-- no earlier than a year before, no wider than what there is (a month at least)
	du CONSTANT date := greatest((au - interval '1 year')::date, least((SELECT min(j) FROM unnest(jours) j), (au - interval '1 month')::date));
	id CONSTANT text := creances._html(code || '-' || devise);
	axe record;
	g numeric;
	y numeric;
	i integer;
	x numeric;
	points text := '';
	lignes text := '';
	corps text := '';
	mois record;
	dernier integer;
BEGIN
	SELECT a.* INTO axe FROM creances._axe((SELECT min(v) FROM unnest(valeurs || cible) v), (SELECT max(v) FROM unnest(valeurs || cible) v)) a;
	FOR g IN SELECT generate_series(axe.bas, axe.haut, axe.pas) LOOP
		y := round(bas - (bas - haut) * (g - axe.bas) / (axe.haut - axe.bas), 1);
		corps := corps || format('<line class="%1$s" x1="%2$s%%" x2="100%%" y1="%3$s" y2="%3$s"/><text class="axe" x="%4$s%%" y="%5$s" text-anchor="end">%6$s</text>',
			CASE g WHEN 0 THEN 'zero' ELSE 'grille' END, gauche - 1, y, gauche - 2, y + 4, creances._html_graduation(g, unite));
	END LOOP;
	FOR mois IN SELECT m::date AS le, row_number() OVER (ORDER BY m DESC) AS n
				  FROM generate_series(date_trunc('month', du::timestamp), au::timestamp, interval '1 month') m WHERE m >= du LOOP
		x := round(gauche + large * (mois.le - du) / (au - du), 2);
		corps := corps || format('<line class="marque" x1="%1$s%%" x2="%1$s%%" y1="%2$s" y2="%3$s"/><text class="axe%4$s" x="%1$s%%" y="%5$s" text-anchor="middle">%6$s</text>',
			x, bas, bas + 4, CASE WHEN mois.n % 2 = 0 THEN ' pair' ELSE '' END, bas + 18, to_char(mois.le, 'MM/YY'));
	END LOOP;
	IF cible IS NOT NULL THEN
		y := round(bas - (bas - haut) * (cible - axe.bas) / (axe.haut - axe.bas), 1);
		corps := corps || format('<line class="cible" data-cle="cible/%1$s/%2$s" data-valeur="%3$s" x1="%4$s%%" x2="100%%" y1="%5$s" y2="%5$s"/>',
			creances._html(devise), code, trim_scale(cible), gauche - 1, y);
	END IF;
	-- (a night without a value breaks the line)
	FOR i IN 1 .. coalesce(cardinality(jours), 0) LOOP
		IF valeurs[i] IS NOT NULL THEN
			y := round(bas - (bas - haut) * (valeurs[i] - axe.bas) / (axe.haut - axe.bas), 1);
			lignes := lignes || format(' %s,%s', round(1000.0 * (jours[i] - du) / (au - du), 1), y);
			points := points || format('<circle data-cle="tendance/%s/%s/%s" data-valeur="%s" cx="%s%%" cy="%s" r="2.5"><title>%s : %s</title></circle>',
				creances._html(devise), code, to_char(jours[i], 'YYYY-MM-DD'), trim_scale(valeurs[i]), round(gauche + large * (jours[i] - du) / (au - du), 2), y,
				creances._html(creances.date_formatee(jours[i], 'fr', 'court')), creances._html_valeur(valeurs[i], unite));
			dernier := i;
		ELSE
			lignes := lignes || '"/><polyline points="';
		END IF;
	END LOOP;
	corps := corps || format('<svg x="%1$s%%" y="0" width="%2$s%%" height="%3$s" viewBox="0 0 1000 %3$s" preserveAspectRatio="none" class="courbe"><polyline points="%4$s"/></svg>%5$s',
							 gauche, large, bas + 4, btrim(lignes), points);
	IF dernier IS NOT NULL THEN
		x := gauche + large * (jours[dernier] - du) / (au - du);
		-- (above the line that it lies along)
		SELECT round(bas - (bas - haut) * (max(p.v) - axe.bas) / (axe.haut - axe.bas), 1) - 9 INTO y
		  FROM unnest(jours, valeurs) p(j, v) WHERE p.j >= jours[dernier] - round(0.35 * (au - du))::integer AND p.j <= jours[dernier];
		corps := corps || format('<text class="halo fort" x="%s%%" y="%s" text-anchor="%s">%s</text>', round(least(x + 3, 100), 2), y,
			CASE WHEN x > 30 THEN 'end' ELSE 'start' END, creances._html_valeur(valeurs[dernier], unite));
	END IF;
	RETURN format('<svg role="img" width="100%%" height="%1$s" aria-labelledby="ct-%2$s cd-%2$s"><title id="ct-%2$s">%3$s</title><desc id="cd-%2$s">Courbe de %4$s nuits, en %5$s%6$s.</desc>%7$s</svg>',
				  bas + 26, id, creances._html(titre), cardinality(jours), creances._html(unite),
				  CASE WHEN dernier IS NULL THEN '' ELSE ' ; dernière valeur : ' || creances._html_valeur(valeurs[dernier], unite) END, corps);
END $$;
COMMENT ON FUNCTION creances._svg_courbe(text, text, text, text, date, date[], numeric[], numeric) IS 'Courbe d''un indicateur sur un an, pour la page.';

-- The forecast: [{semaine, fin, prevu, bas, haut, engage, naif}...]; a bar a
-- week, its interval as a line with two ends, the naive one as a ring beside it.
CREATE FUNCTION creances._svg_prevision(semaines jsonb, devise text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	haut CONSTANT integer := 14;
	bas CONSTANT integer := 206;
	gauche CONSTANT numeric := 12;
	pas CONSTANT numeric := 87.0 / greatest(jsonb_array_length(semaines), 1);
	axe record;
	g numeric;
	y numeric;
	zero numeric;
	s record;
	x numeric;
	corps text := '';
BEGIN
	SELECT a.* INTO axe
	  FROM (SELECT min(least((w ->> 'prevu')::numeric, (w ->> 'bas')::numeric, (w ->> 'naif')::numeric)) AS b,
				   max(greatest((w ->> 'prevu')::numeric, (w ->> 'haut')::numeric, (w ->> 'naif')::numeric)) AS h FROM jsonb_array_elements(semaines) w) m
	 CROSS JOIN LATERAL creances._axe(m.b, m.h) a;
	FOR g IN SELECT generate_series(axe.bas, axe.haut, axe.pas) LOOP
		y := round(bas - (bas - haut) * (g - axe.bas) / (axe.haut - axe.bas), 1);
		corps := corps || format('<line class="%1$s" x1="%2$s%%" x2="100%%" y1="%3$s" y2="%3$s"/><text class="axe" x="%4$s%%" y="%5$s" text-anchor="end">%6$s</text>',
			CASE g WHEN 0 THEN 'zero' ELSE 'grille' END, gauche - 1, y, gauche - 2, y + 4, creances._html_graduation(g, devise));
	END LOOP;
	zero := bas - (bas - haut) * (-axe.bas) / (axe.haut - axe.bas);
	FOR s IN SELECT o.n::integer AS n, (o.w ->> 'semaine')::date AS semaine, (o.w ->> 'prevu')::numeric AS prevu, (o.w ->> 'bas')::numeric AS bas, (o.w ->> 'haut')::numeric AS haut,
					(o.w ->> 'engage')::numeric AS engage, (o.w ->> 'naif')::numeric AS naif
			   FROM jsonb_array_elements(semaines) WITH ORDINALITY o(w, n) ORDER BY o.n LOOP
		x := gauche + pas * (s.n - 1);
		corps := corps || format('<rect data-cle="prevu/%s/%s" data-valeur="%s" class="prevu" x="%s%%" width="%s%%" y="%s" height="%s"/>',
				creances._html(devise), s.n, trim_scale(s.prevu), round(x + pas * 0.12, 2), round(pas * 0.5, 2),
				round(zero - greatest(s.prevu, 0) * (bas - haut) / (axe.haut - axe.bas), 2), round(abs(s.prevu) * (bas - haut) / (axe.haut - axe.bas), 2))
			|| CASE WHEN s.engage > 0 THEN format('<rect class="engage" fill="url(#hachures)" x="%s%%" width="%s%%" y="%s" height="%s"/>',
				round(x + pas * 0.12, 2), round(pas * 0.5, 2), round(zero - s.engage * (bas - haut) / (axe.haut - axe.bas), 2), round(s.engage * (bas - haut) / (axe.haut - axe.bas), 2)) ELSE '' END
			|| (SELECT coalesce(string_agg(format('<line class="fourchette" x1="%s%%" x2="%s%%" y1="%s" y2="%s"/>', round(l.x1, 2), round(l.x2, 2),
								  round(bas - (bas - haut) * (l.y1 - axe.bas) / (axe.haut - axe.bas), 2), round(bas - (bas - haut) * (l.y2 - axe.bas) / (axe.haut - axe.bas), 2)), ''), '')
				  FROM (VALUES (x + pas * 0.37, x + pas * 0.37, s.bas, s.haut), (x + pas * 0.27, x + pas * 0.47, s.bas, s.bas), (x + pas * 0.27, x + pas * 0.47, s.haut, s.haut)) l(x1, x2, y1, y2)
				 WHERE s.haut > s.bas)
			|| format('<circle class="naif" cx="%s%%" cy="%s" r="4.5" data-cle="naif/%s/%s" data-valeur="%s"/>', round(x + pas * 0.78, 2),
					  round(bas - (bas - haut) * (s.naif - axe.bas) / (axe.haut - axe.bas), 2), creances._html(devise), s.n, trim_scale(s.naif))
			|| format('<text class="axe%s" x="%s%%" y="%s" text-anchor="middle">%s</text>', CASE WHEN s.n % 2 = 0 THEN ' pair' ELSE '' END,
					  round(x + pas * 0.45, 2), bas + 17, to_char(s.semaine, 'DD/MM'));
	END LOOP;
	RETURN format('<svg role="img" width="100%%" height="%1$s" aria-labelledby="pt-%2$s pd-%2$s"><title id="pt-%2$s">Encaissements prévus, %2$s</title><desc id="pd-%2$s">Une barre par semaine, en %2$s, avec sa fourchette ; à côté, un rond : si chacun payait à l''échéance. Les montants sont dans le tableau qui suit.</desc>%3$s</svg>',
				  bas + 26, creances._html(devise), corps);
END $$;
COMMENT ON FUNCTION creances._svg_prevision(jsonb, text) IS 'Prévision d''encaissements en barres, pour la page.';

-- ---------------------------------------------------------------- sections

-- The key figures of a day in a currency, all from one source: the snapshot of
-- that day, or where there is none what is open now (`ouverts`) and what has been
-- worked out for the page (`calcules`: [{indicateur, du, valeur}...]).
CREATE FUNCTION creances._rapport_chiffres(creancier text, devise text, au date, ouverts jsonb, calcules jsonb) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
	p_creancier CONSTANT text := _rapport_chiffres.creancier;
	p_devise CONSTANT text := _rapport_chiffres.devise;
	p_au CONSTANT date := _rapport_chiffres.au;
	c record;
	cle text;
	depuis date;
	origine text;
	corps text := '';
BEGIN
	FOR c IN
		WITH v AS (
			SELECT i.ordre, i.indicateur, i.libelle, CASE i.unite WHEN 'devise' THEN p_devise ELSE i.unite END AS unite, i.sens, p_au - coalesce(t.du, (SELECT (x ->> 'du')::date FROM jsonb_array_elements(calcules) x WHERE x ->> 'indicateur' = i.indicateur)) + 1 AS jours,
				   CASE WHEN t.indicateur IS NOT NULL THEN t.valeur
						WHEN ouverts ? i.indicateur THEN (ouverts ->> i.indicateur)::numeric
						ELSE (SELECT (x ->> 'valeur')::numeric FROM jsonb_array_elements(calcules) x WHERE x ->> 'indicateur' = i.indicateur) END::numeric(20,3) AS valeur
			  FROM creances.indicateur i
			  LEFT JOIN creances.tendance t ON t.creancier = p_creancier AND t.segment IS NULL AND t.devise = p_devise AND t.indicateur = i.indicateur AND t.jour = p_au
			 WHERE i.indicateur IN ('encours', 'echu', 'part_echue', 'plus_de_90', 'dso', 'bpdso', 'add', 'cei', 'taux_recouvrement', 'retard_moyen')
		)
		SELECT v.*, o.cible, p.valeur AS precedent, p.jour AS precedent_le, (v.valeur - p.valeur)::numeric(20,3) AS evolution
		  FROM v
		  LEFT JOIN LATERAL (SELECT x.cible::numeric(20,3) AS cible FROM creances.objectif x
							  WHERE x.creancier = p_creancier AND x.indicateur = v.indicateur AND x.segment = '' AND x.devise = p_devise AND x.depuis <= p_au
							  ORDER BY x.depuis DESC LIMIT 1) o ON true
		  -- the snapshot of a month before, as the dashboard takes it
		  LEFT JOIN creances.tendance p ON p.creancier = p_creancier AND p.segment IS NULL AND p.devise = p_devise AND p.indicateur = v.indicateur
			AND p.jour = (SELECT max(x.jour) FROM creances.releve x WHERE x.creancier = p_creancier AND x.jour <= (p_au + 1 - interval '1 month')::date - 1)
		 ORDER BY v.ordre
	LOOP
		cle := p_devise || '/' || c.indicateur;
		depuis := coalesce(depuis, c.precedent_le);
		corps := corps || '<div class="carte"><dt>' || creances._html(c.libelle) || CASE WHEN c.jours IS NULL THEN '' ELSE format(' <small>sur %s jours</small>', c.jours) END || '</dt><dd><strong' || CASE WHEN abs(c.valeur) >= 1e9 THEN ' class="long"' ELSE '' END || '>'
			|| creances._html_donnee('chiffre/' || cle, c.valeur, creances._html_valeur(c.valeur, c.unite)) || '</strong>'
			|| CASE WHEN c.cible IS NULL THEN ''
					ELSE '<span class="objectif">objectif ' || CASE c.sens WHEN 'bas' THEN '&#8804; ' ELSE '&#8805; ' END
						 || creances._html_donnee('objectif/' || cle, c.cible, creances._html_valeur(c.cible, c.unite))
						 || CASE WHEN c.valeur IS NULL THEN '' WHEN CASE c.sens WHEN 'bas' THEN c.valeur <= c.cible ELSE c.valeur >= c.cible END
								 THEN ' <b class="oui">&#10003;&#160;atteint</b>' ELSE ' <b class="non">&#10007;&#160;manqué</b>' END || '</span>' END
			|| CASE WHEN c.evolution IS NULL THEN ''
					ELSE '<span class="evolution">' || CASE WHEN c.evolution > 0 THEN '&#9650; +' WHEN c.evolution < 0 THEN '&#9660; ' ELSE '= ' END
						 || creances._html_donnee('evolution/' || cle, c.evolution, creances._html_valeur(c.evolution, CASE c.unite WHEN '%' THEN 'points' ELSE c.unite END))
						 || CASE WHEN c.sens IS NULL THEN '' WHEN c.evolution = 0 THEN ', stable' WHEN (c.evolution < 0) = (c.sens = 'bas') THEN ', mieux' ELSE ', moins bien' END
						 || '</span>' END
			|| '</dd></div>';
	END LOOP;
	SELECT CASE WHEN max(t.connu_le) IS NULL THEN 'Calculés pour cette page&#160;: ce jour n&#8217;a pas de relevé.'
				WHEN bool_or(t.origine = 'reconstitue') THEN 'Relevé de ce jour, reconstitué des faits datés.'
				ELSE format('Relevé écrit le %s à %s&#160;; la balance âgée qui suit est d&#8217;après ce qui est connu à l&#8217;instant.',
							to_char(max(t.connu_le) AT TIME ZONE max(s.fuseau), 'DD/MM/YYYY'), to_char(max(t.connu_le) AT TIME ZONE max(s.fuseau), 'HH24:MI')) END INTO origine
	  FROM creances.creancier s
	  LEFT JOIN creances.tendance t ON t.creancier = s.creancier AND t.segment IS NULL AND t.devise = p_devise AND t.jour = p_au
	 WHERE s.creancier = p_creancier;
	RETURN '<p class="note-bas">' || origine || '</p><dl class="cartes">' || corps || '</dl>'
		|| CASE WHEN depuis IS NULL THEN '' ELSE '<p class="note-bas">Flèches&#160;: évolution depuis le relevé du ' || creances._html_date(depuis) || '.</p>' END;
END $$;
COMMENT ON FUNCTION creances._rapport_chiffres(text, text, date, jsonb, jsonb) IS 'Chiffres clés d''une devise, pour la page.';

CREATE FUNCTION creances._rapport_balance(tranches jsonb, devise text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH t AS (
		SELECT o.n, o.x ->> 'libelle' AS libelle, (o.x ->> 'creances')::numeric AS creances, (o.x ->> 'deduits')::numeric AS deduits, (o.x ->> 'montant')::numeric AS montant
		  FROM jsonb_array_elements(tranches) WITH ORDINALITY o(x, n)
	), l AS (
		SELECT t.n, t.n::text AS cle, t.libelle, t.creances, t.deduits, t.montant, s.total FROM t CROSS JOIN (SELECT sum(x.creances) AS total FROM t x) s
		UNION ALL
		SELECT NULL, 'total', 'Total', sum(t.creances), sum(t.deduits), sum(t.montant), sum(t.creances) FROM t
	)
	SELECT '<figure>' || creances._svg_balance(tranches, devise)
		   || '<figcaption>Axe&#160;: ' || creances._html(devise) || '. Barres pleines&#160;: ce qui est dû, par jours de retard'
		   || CASE WHEN bool_or(l.deduits < 0) THEN '&#160;; barres <span class="cle">' || '<svg width="22" height="11"><rect width="22" height="11" fill="url(#hachures)" stroke="#1a1a1a"/></svg></span> hachurées&#160;: avoirs, trop-perçus et règlements en compte, à déduire' ELSE '' END
		   || '.</figcaption></figure>'
		   || '<table class="pile bloc"><caption>Balance âgée, ' || creances._html(devise) || '</caption><thead><tr><th scope="col">Retard</th><th scope="col">Dû</th><th scope="col">Part</th>'
		   || '<th scope="col">À déduire</th><th scope="col">Solde</th></tr></thead><tbody>'
		   || string_agg(format('<tr%s><th scope="row">%s</th><td class="p" data-col="Dû">%s</td><td data-col="Part">%s</td><td data-col="À déduire">%s</td><td data-col="Solde">%s</td></tr>',
				CASE WHEN l.n IS NULL THEN ' class="total"' ELSE '' END, creances._html(l.libelle),
				creances._html_donnee(concat_ws('/', 'balance', devise, l.cle, 'creances'), l.creances, creances._html_montant(l.creances, devise)),
				creances._html_donnee(concat_ws('/', 'balance', devise, l.cle, 'part'), p.part, creances._html_valeur(p.part, '%')),
				creances._html_donnee(concat_ws('/', 'balance', devise, l.cle, 'deduits'), l.deduits, creances._html_montant(l.deduits, devise)),
				creances._html_donnee(concat_ws('/', 'balance', devise, l.cle, 'montant'), l.montant, creances._html_montant(l.montant, devise))), '' ORDER BY l.n NULLS LAST)
		   || '</tbody></table>'
	  FROM l CROSS JOIN LATERAL (SELECT CASE WHEN l.total > 0 THEN round(100 * l.creances / l.total, 2) END AS part) p;
END;
COMMENT ON FUNCTION creances._rapport_balance(jsonb, text) IS 'Balance âgée d''une devise, pour la page.';

-- One night a week where there are many, the last of each, and the last of all.
CREATE FUNCTION creances._rapport_tendance(creancier text, devise text, au date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH r AS (
		SELECT t.*, count(*) OVER (PARTITION BY t.indicateur) AS nb,
			   row_number() OVER (PARTITION BY t.indicateur, date_trunc('week', t.jour::timestamp) ORDER BY t.jour DESC) AS rang
		  FROM creances.tendance t
		 WHERE t.creancier = _rapport_tendance.creancier AND t.segment IS NULL AND t.devise = _rapport_tendance.devise
		   AND t.indicateur IN ('dso', 'part_echue') AND t.jour <= _rapport_tendance.au AND t.jour >= (_rapport_tendance.au - interval '1 year')::date
	), c AS (
		SELECT r.indicateur, min(r.ordre) AS ordre, min(r.libelle) AS libelle, min(r.unite) AS unite,
			   array_agg(r.jour ORDER BY r.jour) AS jours, array_agg(r.valeur ORDER BY r.jour) AS valeurs, max(r.valeur) AS valeur, count(*) AS nuits
		  FROM r WHERE r.nb <= 60 OR r.rang = 1 GROUP BY r.indicateur
	)
	SELECT CASE WHEN count(*) = 0 THEN '<p class="vide">Aucun relevé n&#8217;a encore été enregistré&#160;: les courbes commenceront avec le premier (creances.relever()).</p>'
				ELSE '<div class="deux">' || string_agg('<figure><h4>' || creances._html(c.libelle) || ', en ' || CASE c.unite WHEN '%' THEN '% des créances' ELSE creances._html(c.unite) END || '</h4>'
					 || CASE WHEN c.valeur IS NULL THEN '<p class="vide">Aucun relevé n&#8217;a pu le calculer.</p>'
							 ELSE creances._svg_courbe(c.indicateur, _rapport_tendance.devise, c.libelle, c.unite, _rapport_tendance.au, c.jours, c.valeurs, o.cible) END
					 || '<figcaption>' || CASE WHEN c.nuits = 1 THEN 'Un seul relevé&#160;: la courbe commence. '
						WHEN c.nuits < 3 THEN 'Deux relevés seulement. ' ELSE '' END
					 || 'Axe horizontal&#160;: mois.' || CASE WHEN o.cible IS NULL THEN '' ELSE ' Tirets&#160;: objectif, ' || creances._html_valeur(o.cible, c.unite) || '.' END || '</figcaption></figure>', '' ORDER BY c.ordre) || '</div>' END
	  FROM c
	  LEFT JOIN LATERAL (SELECT x.cible::numeric(20,3) AS cible FROM creances.objectif x
						  WHERE x.creancier = _rapport_tendance.creancier AND x.indicateur = c.indicateur AND x.segment = '' AND x.devise = _rapport_tendance.devise
							AND x.depuis <= _rapport_tendance.au
						  ORDER BY x.depuis DESC LIMIT 1) o ON true;
END;
COMMENT ON FUNCTION creances._rapport_tendance(text, text, date) IS 'Tendances d''une devise, pour la page.';

CREATE FUNCTION creances._rapport_prevision(semaines jsonb, devise text, encours numeric) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE WHEN coalesce(bool_and(s.prevu = 0 AND s.naif = 0 AND s.haut = 0), true) THEN '<p class="vide">Rien n&#8217;est attendu dans les semaines qui viennent.</p>'
		   ELSE '<figure>' || creances._svg_prevision(semaines, devise)
		   || '<figcaption>Axe&#160;: ' || creances._html(devise) || ' par semaine (lundi). <span class="cle"><svg width="14" height="12"><rect class="prevu" width="14" height="12"/></svg> prévu</span>, '
		   || '<span class="cle"><svg width="14" height="12"><rect class="prevu" width="14" height="12"/><rect class="engage" width="14" height="12" fill="url(#hachures)"/></svg> dont promis ou planifié</span>, '
		   || '<span class="cle"><svg width="14" height="14"><path class="fourchette" d="M7 1V13M3 1H11M3 13H11"/></svg> fourchette à 80&#160;%</span>, '
		   || '<span class="cle"><svg width="14" height="12"><circle class="naif" cx="7" cy="6" r="4.5"/></svg> si chacun payait à l&#8217;échéance</span>.</figcaption></figure>'
		   || '<table class="pile bloc"><caption>Encaissements prévus, ' || creances._html(devise) || '</caption><thead><tr><th scope="col">Semaine</th><th scope="col">Prévu</th>'
		   || '<th scope="col">80&#160;%, bas</th><th scope="col">80&#160;%, haut</th><th scope="col">Dont promis</th><th scope="col">À l&#8217;échéance</th><th scope="col">Prévu, cumul</th></tr></thead><tbody>'
		   || string_agg(format('<tr><th scope="row">du&#160;%s</th><td class="p" data-col="Prévu">%s</td><td data-col="80&#160;%%, de">%s</td><td data-col="à">%s</td><td data-col="Dont promis">%s</td><td data-col="À l&#8217;échéance">%s</td><td data-col="Cumul">%s</td></tr>',
				creances._html_date(s.semaine),
				creances._html_donnee(concat_ws('/', 'prevision', devise, s.n, 'prevu'), s.prevu, creances._html_montant(s.prevu, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, s.n, 'bas'), s.bas, creances._html_montant(s.bas, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, s.n, 'haut'), s.haut, creances._html_montant(s.haut, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, s.n, 'engage'), s.engage, creances._html_montant(s.engage, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, s.n, 'naif'), s.naif, creances._html_montant(s.naif, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, s.n, 'cumul'), s.cumul, creances._html_montant(s.cumul, devise))), '' ORDER BY s.n)
		   || '</tbody></table>' END
		   -- what the thirteen weeks leave out, so that it can be reconciled with what is owed
		   || coalesce((SELECT format('<p class="note-bas">Attendu d&#8217;ici là&#160;: %s&#160;; plus tard&#160;: %s&#160;; retenu par un litige, une procédure ou un mandat&#160;: %s&#160;; sans prévision possible (trop ancien, ou sans historique)&#160;: %s%s.</p>',
				creances._html_donnee(concat_ws('/', 'prevision', devise, 'attendu'), z.cumul, creances._html_montant(z.cumul, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, 'plus_tard'), z.reste - z.hors_modele, creances._html_montant(z.reste - z.hors_modele, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, 'retenu'), z.retenu, creances._html_montant(z.retenu, devise)),
				creances._html_donnee(concat_ws('/', 'prevision', devise, 'hors_modele'), z.hors_modele, creances._html_montant(z.hors_modele, devise)),
				-- (credits of who owes less than he has paid)
				CASE WHEN encours < z.cumul + z.reste + z.retenu
					 THEN '&#160;; crédits que rien n&#8217;épuise&#160;: ' || creances._html_donnee(concat_ws('/', 'prevision', devise, 'credits'), encours - z.cumul - z.reste - z.retenu,
																							creances._html_montant(encours - z.cumul - z.reste - z.retenu, devise)) ELSE '' END)
			  FROM (SELECT (w.w ->> 'cumul')::numeric AS cumul, (w.w ->> 'reste')::numeric AS reste, (w.w ->> 'retenu')::numeric AS retenu, (w.w ->> 'hors_modele')::numeric AS hors_modele
					  FROM jsonb_array_elements(semaines) WITH ORDINALITY w(w, n) ORDER BY w.n DESC LIMIT 1) z), '')
	  FROM (SELECT o.n, (o.w ->> 'semaine')::date AS semaine, (o.w ->> 'prevu')::numeric AS prevu, (o.w ->> 'bas')::numeric AS bas, (o.w ->> 'haut')::numeric AS haut,
				   (o.w ->> 'engage')::numeric AS engage, (o.w ->> 'naif')::numeric AS naif, (o.w ->> 'cumul')::numeric AS cumul
			  FROM jsonb_array_elements(semaines) WITH ORDINALITY o(w, n)) s;
END;
COMMENT ON FUNCTION creances._rapport_prevision(jsonb, text, numeric) IS 'Prévision d''encaissements d''une devise, pour la page.';

-- [{debiteur, encours, echu, plus_de_90, retard}...], the greatest first.
CREATE FUNCTION creances._rapport_debiteurs(creancier text, devise text, debiteurs jsonb, nombre bigint, total numeric, aujourdhui boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT '<table class="pile bloc"><caption>' || CASE WHEN nombre > 10 THEN format('Les dix plus gros encours, sur %s clients', nombre) ELSE 'Les encours, du plus gros au plus petit' END
		   || ', ' || creances._html(_rapport_debiteurs.devise) || '</caption><thead><tr><th scope="col">Client</th>'
		   || CASE WHEN aujourdhui THEN '<th scope="col">Note</th>' ELSE '' END
		   || '<th scope="col">Encours</th><th scope="col">Part</th><th scope="col">Échu</th><th scope="col">Plus de 90&#160;j</th><th scope="col">Retard</th></tr></thead><tbody>'
		   || coalesce(string_agg(format('<tr data-debiteur="%s"><th scope="row">%s</th>%s<td class="p" data-col="Encours">%s</td><td data-col="Part">%s</td><td data-col="Échu">%s</td><td data-col="Plus de 90&#160;j">%s</td><td data-col="Plus long retard">%s</td></tr>',
				creances._html(l.debiteur), creances._html_nom(d.nom, l.debiteur),
				CASE WHEN aujourdhui THEN '<td data-col="Note">' || coalesce('<b class="note">' || creances._html(p.note) || '</b>', '<span title="pas encore d&#8217;historique">&#8212;</span>') || '</td>' ELSE '' END,
				creances._html_donnee(concat_ws('/', 'debiteur', _rapport_debiteurs.devise, l.n, 'encours'), l.encours, creances._html_montant(l.encours, _rapport_debiteurs.devise)),
				coalesce(creances._html_donnee(concat_ws('/', 'debiteur', _rapport_debiteurs.devise, l.n, 'part'), l.part, CASE WHEN l.part IS NOT NULL THEN creances._html_valeur(l.part, '%') END), '&#8212;'),
				creances._html_donnee(concat_ws('/', 'debiteur', _rapport_debiteurs.devise, l.n, 'echu'), l.echu, creances._html_montant(l.echu, _rapport_debiteurs.devise)),
				creances._html_donnee(concat_ws('/', 'debiteur', _rapport_debiteurs.devise, l.n, 'plus_de_90'), l.plus_de_90, creances._html_montant(l.plus_de_90, _rapport_debiteurs.devise)),
				creances._html_donnee(concat_ws('/', 'debiteur', _rapport_debiteurs.devise, l.n, 'retard'), l.retard, creances._html_valeur(l.retard, 'jours'))), '' ORDER BY l.n), '')
		   || '</tbody></table>'
	  FROM (SELECT o.n, o.x ->> 'debiteur' AS debiteur, (o.x ->> 'encours')::numeric AS encours, (o.x ->> 'echu')::numeric AS echu, (o.x ->> 'plus_de_90')::numeric AS plus_de_90,
				   (o.x ->> 'retard')::numeric AS retard, CASE WHEN total > 0 AND (o.x ->> 'encours')::numeric > 0 THEN round(100 * (o.x ->> 'encours')::numeric / total, 2) END AS part
			  FROM jsonb_array_elements(debiteurs) WITH ORDINALITY o(x, n)) l
	  LEFT JOIN creances.debiteur d ON d.creancier = _rapport_debiteurs.creancier AND d.debiteur = l.debiteur
	  LEFT JOIN creances.profil_payeur p ON p.creancier = _rapport_debiteurs.creancier AND p.debiteur = l.debiteur AND p.devise = _rapport_debiteurs.devise AND aujourdhui;
END;
COMMENT ON FUNCTION creances._rapport_debiteurs(text, text, jsonb, bigint, numeric, boolean) IS 'Plus gros débiteurs d''une devise, pour la page.';

CREATE FUNCTION creances._libelle_canal(canal text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT CASE canal WHEN 'courriel' THEN 'Courriel' WHEN 'telephone' THEN 'Téléphone' WHEN 'sms' THEN 'SMS' WHEN 'lettre' THEN 'Lettre'
					  WHEN 'lrar' THEN 'Lettre recommandée' WHEN 'interne' THEN 'Tâche interne' ELSE canal END;
END;
COMMENT ON FUNCTION creances._libelle_canal(text) IS 'Libellé français d''un canal.';

-- Today: what a_faire shows. A past night: what was queued then.
CREATE FUNCTION creances._rapport_travail(creancier text, au date, aujourdhui boolean) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH f AS MATERIALIZED (
		SELECT a.debiteur, a.nom, a.canal, a.stade, a.libelle_stade, a.etat, a.travail, a.le, a.devise, a.factures, a.montant, a.retard
		  FROM creances.a_faire a WHERE a.creancier = _rapport_travail.creancier AND _rapport_travail.aujourdhui
		UNION ALL
		SELECT r.debiteur, d.nom, r.canal, r.stade::text, creances.libelle_stade(r.stade), r.etat,
			   CASE r.etat WHEN 'a_valider' THEN 'à valider' WHEN 'a_envoyer' THEN 'à envoyer' WHEN 'prise' THEN 'prise' WHEN 'envoyee' THEN 'envoyée' WHEN 'echec' THEN 'en échec' ELSE 'annulée' END,
			   r.le, r.devise, (SELECT count(*) FROM creances.relance_creance k WHERE k.creancier = r.creancier AND k.relance = r.relance AND k.reclamee),
			   r.montant::numeric(20,3),
			   (SELECT max(_rapport_travail.au - k.echeance) FROM creances.relance_creance k WHERE k.creancier = r.creancier AND k.relance = r.relance AND k.reclamee)
		  FROM creances.relance r
		  LEFT JOIN creances.debiteur d ON d.creancier = r.creancier AND d.debiteur = r.debiteur
		 WHERE r.creancier = _rapport_travail.creancier AND r.le = _rapport_travail.au AND NOT _rapport_travail.aujourdhui
	), g AS (
		SELECT f.travail, f.canal, f.stade, f.libelle_stade, f.devise, count(*) AS nb, sum(f.montant) AS montant, max(f.retard) AS retard,
			   row_number() OVER (ORDER BY array_position('{a_valider,echec,prise,a_envoyer}'::text[], min(f.etat)), f.travail, f.canal, min(f.stade::creances.stade_relance), f.devise) AS n
		  FROM f GROUP BY f.travail, f.canal, f.stade, f.libelle_stade, f.devise
	), l AS (
		SELECT f.*, row_number() OVER (ORDER BY f.stade::creances.stade_relance DESC, f.montant DESC NULLS LAST, f.debiteur, f.canal, f.le) AS n FROM f
	)
	SELECT CASE WHEN NOT EXISTS (SELECT FROM f)
				THEN '<p class="vide">' || CASE WHEN aujourdhui THEN 'Rien à faire ce soir.' ELSE 'Aucune action n&#8217;a été mise en file cette nuit-là.' END || '</p>'
		   ELSE
		   '<table class="pile"><caption>' || CASE WHEN aujourdhui THEN 'À faire' ELSE 'Mis en file cette nuit-là, avec l&#8217;issue connue depuis' END
		   || ', par canal et par stade</caption><thead><tr><th scope="col">Travail</th><th scope="col" class="mot">Canal</th><th scope="col" class="mot">Stade</th>'
		   || '<th scope="col">Actions</th><th scope="col">Montant</th><th scope="col">Plus long retard</th></tr></thead><tbody>'
		   || (SELECT string_agg(format('<tr><th scope="row">%s</th><td class="mot" data-col="Canal">%s</td><td class="mot" data-col="Stade">%s</td><td class="p" data-col="Actions">%s</td><td data-col="Montant">%s</td><td data-col="Plus long retard">%s</td></tr>',
				creances._html(g.travail), creances._html(creances._libelle_canal(g.canal)), creances._html(g.libelle_stade),
				creances._html_donnee(concat_ws('/', 'travail', g.devise, g.travail, g.canal, g.stade, 'actions'), g.nb, g.nb::text),
				creances._html_donnee(concat_ws('/', 'travail', g.devise, g.travail, g.canal, g.stade, 'montant'), g.montant, creances._html_montant(g.montant, g.devise)),
				creances._html_donnee(concat_ws('/', 'travail', g.devise, g.travail, g.canal, g.stade, 'retard'), g.retard, creances._html_valeur(g.retard, 'jours'))), '' ORDER BY g.n) FROM g)
		   || '</tbody></table><table class="pile"><caption>' || CASE WHEN (SELECT count(*) FROM f) > 15 THEN format('Les quinze premières, sur %s', (SELECT count(*) FROM f)) ELSE 'Une à une' END
		   || ', du stade le plus avancé au moins avancé</caption><thead><tr><th scope="col">Client</th><th scope="col" class="mot">Stade</th><th scope="col" class="mot">Canal</th><th scope="col" class="mot">Travail</th>'
		   || '<th scope="col">Factures</th><th scope="col">Montant</th><th scope="col">Retard</th><th scope="col">En file depuis</th></tr></thead><tbody>'
		   || (SELECT string_agg(format('<tr><th scope="row">%s</th><td class="mot" data-col="Stade">%s</td><td class="mot" data-col="Canal">%s</td><td class="mot" data-col="Travail">%s</td><td data-col="Factures">%s</td><td class="p" data-col="Montant">%s</td><td data-col="Retard">%s</td><td data-col="En file depuis">%s</td></tr>',
				creances._html_nom(l.nom, l.debiteur), creances._html(l.libelle_stade), creances._html(creances._libelle_canal(l.canal)), creances._html(l.travail),
				creances._html_donnee(concat_ws('/', 'action', l.n, 'factures'), l.factures, l.factures::text),
				creances._html_donnee(concat_ws('/', 'action', l.n, 'montant'), l.montant, creances._html_montant(l.montant, l.devise)),
				creances._html_donnee(concat_ws('/', 'action', l.n, 'retard'), l.retard, creances._html_valeur(l.retard, 'jours')),
				creances._html_date(l.le)), '' ORDER BY l.n) FROM l WHERE l.n <= 15)
		   || '</tbody></table>' END;
END;
COMMENT ON FUNCTION creances._rapport_travail(text, date, boolean) IS 'Travail du soir, ou d''une nuit passée, pour la page.';

-- Who is to be watched, as of last night: weak signals, notes that have fallen,
-- promises that are due or broken.
CREATE FUNCTION creances._rapport_surveillance(creancier text, jour date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH e AS (
		SELECT 1 AS sorte, s.gravite, s.debiteur, s.nom, s.devise, s.intitule AS quoi, s.message, NULL::numeric AS montant, s.depuis
		  FROM creances.signal_faible s WHERE s.creancier = _rapport_surveillance.creancier
		UNION ALL
		SELECT 2, 'avertissement', p.debiteur, p.nom, p.devise, 'Note en baisse',
			   format('de %s à %s le %s : %s', p.note_precedente, p.note, to_char(p.note_depuis, 'YYYY-MM-DD'), p.raison), NULL, p.note_depuis
		  FROM creances.profil_payeur p
		 WHERE p.creancier = _rapport_surveillance.creancier AND p.note > p.note_precedente AND p.note_depuis > _rapport_surveillance.jour - 30
		UNION ALL
		SELECT 3, CASE p.etat WHEN 'rompue' THEN 'avertissement' ELSE 'information' END, p.debiteur, p.nom, p.devise, CASE p.etat WHEN 'rompue' THEN 'Promesse rompue' ELSE 'Promesse attendue' END,
			   format('pour le %s%s', to_char(p.pour_le, 'YYYY-MM-DD'), CASE WHEN p.recu > 0 THEN format(', dont %s reçus', creances._montant_lettre(trim_scale(p.recu), p.devise, 'fr')) ELSE '' END),
			   p.montant, p.pour_le
		  FROM creances.promesse p
		 WHERE p.creancier = _rapport_surveillance.creancier
		   AND (p.etat = 'rompue' AND p.pour_le > _rapport_surveillance.jour - 30 OR p.etat = 'en cours' AND p.pour_le <= _rapport_surveillance.jour + 7)
		   AND p.pour_le BETWEEN _rapport_surveillance.jour - 60 AND _rapport_surveillance.jour + 7
	), n AS (
		SELECT e.*, row_number() OVER (PARTITION BY e.sorte ORDER BY array_position('{erreur,avertissement,information}'::text[], e.gravite), e.depuis DESC, e.debiteur, e.devise, e.quoi) AS n FROM e
	), c AS (
		SELECT count(*) FILTER (WHERE n.sorte = 1) AS signaux, count(*) FILTER (WHERE n.sorte = 2) AS notes, count(*) FILTER (WHERE n.sorte = 3) AS promesses FROM n
	)
	SELECT CASE WHEN c.signaux + c.notes + c.promesses = 0 THEN '<p class="vide">Personne&#160;: ni signal, ni note en baisse, ni promesse attendue ou rompue.</p>'
		   ELSE '<p>Signaux&#160;: ' || creances._html_donnee('surveillance/signaux', c.signaux, c.signaux::text)
				|| '&#160;; notes en baisse depuis 30 jours&#160;: ' || creances._html_donnee('surveillance/notes', c.notes, c.notes::text)
				|| '&#160;; promesses attendues sous 7 jours ou rompues depuis 30&#160;: ' || creances._html_donnee('surveillance/promesses', c.promesses, c.promesses::text) || '.'
				|| CASE WHEN greatest(c.signaux, c.notes, c.promesses) > 15 THEN ' Les quinze premiers de chaque sorte.' ELSE '' END || '</p>'
				|| '<table class="pile"><caption>Clients à surveiller, le plus grave d&#8217;abord</caption><thead><tr><th scope="col">Client</th><th scope="col" class="mot">Quoi</th>'
				|| '<th scope="col" class="mot">En clair</th><th scope="col">Montant</th></tr></thead><tbody>'
				|| (SELECT string_agg(format('<tr class="%s"><th scope="row">%s</th><td class="mot" data-col="Quoi">%s%s</td><td class="mot seul" data-col="">%s</td><td data-col="Montant">%s</td></tr>',
						CASE n.gravite WHEN 'erreur' THEN 'erreur' ELSE 'autre' END, creances._html_nom(n.nom, n.debiteur),
						CASE n.gravite WHEN 'erreur' THEN '<b class="gravite">&#9632;&#160;urgent</b> ' ELSE '' END, creances._html(n.quoi), creances._html(n.message),
						CASE WHEN n.sorte = 3 THEN creances._html_donnee(concat_ws('/', 'surveillance', 'promesse', n.n, 'montant'), n.montant, creances._html_montant(n.montant, n.devise)) ELSE '' END),
						'' ORDER BY n.sorte, n.n) FROM n WHERE n.n <= 15)
				|| '</tbody></table>' END
	  FROM c;
END;
COMMENT ON FUNCTION creances._rapport_surveillance(text, date) IS 'Clients à surveiller, pour la page.';

-- alerte tells of the whole database: what names another creditor is left out.
CREATE FUNCTION creances._rapport_alertes(creancier text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH a AS MATERIALIZED (SELECT x.* FROM creances.alerte x),
	s AS (
		SELECT a.*, o.ici, o.ailleurs, row_number() OVER (ORDER BY a.gravite <> 'erreur', a.ordre, a.objet, a.message) AS n
		  FROM a
		 CROSS JOIN LATERAL (
			SELECT coalesce(bool_or(c.creancier = _rapport_alertes.creancier), false) AS ici, coalesce(bool_or(c.creancier <> _rapport_alertes.creancier), false) AS ailleurs
			  FROM creances.creancier c WHERE a.objet = c.creancier OR starts_with(a.objet, c.creancier || '/')) o
		 WHERE o.ici OR NOT o.ailleurs
	)
	SELECT CASE WHEN count(*) = 0 THEN '<p class="vide">Aucune alerte.</p>'
		   ELSE '<p>' || creances._html_donnee('alertes', count(*), count(*)::text) || CASE WHEN count(*) > 1 THEN ' alertes' ELSE ' alerte' END
				|| CASE WHEN bool_or(NOT s.ici) THEN '. Celles qui ne portent pas le nom de la société concernent toute la base.' ELSE '.' END || '</p><ul class="alertes">'
				|| string_agg(format('<li class="%s"><b class="gravite">%s</b> %s <small><bdi>%s</bdi></small></li>', CASE s.gravite WHEN 'erreur' THEN 'erreur' ELSE 'autre' END,
					CASE s.gravite WHEN 'erreur' THEN '&#9632;&#160;Urgent' WHEN 'information' THEN '&#9675;&#160;Information' ELSE '&#9650;&#160;À voir' END,
					creances._html(s.message), creances._html(s.objet)), '' ORDER BY s.n)
				|| '</ul>' END
	  FROM s;
END;
COMMENT ON FUNCTION creances._rapport_alertes(text) IS 'Alertes, pour la page.';

CREATE FUNCTION creances._rapport_horloges(creancier text, au date) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
BEGIN ATOMIC
	WITH e AS MATERIALIZED (
		SELECT x.*, row_number() OVER (ORDER BY array_position('{erreur,avertissement,information}'::text[], x.gravite), x.echeance, x.debiteur, x.facture, x.rang, x.horloge) AS n,
			   count(*) OVER () AS nb
		  FROM creances.echeances_legales(90, _rapport_horloges.au) x WHERE x.creancier = _rapport_horloges.creancier
	)
	SELECT CASE WHEN count(*) = 0 THEN '<p class="vide">Aucune échéance légale dans les 90 jours.</p>'
		   ELSE '<p>' || creances._html_donnee('horloges', min(e.nb), min(e.nb)::text) || CASE WHEN min(e.nb) > 1 THEN ' échéances' ELSE ' échéance' END || ' dans les 90 jours'
				|| CASE WHEN min(e.nb) > 20 THEN '&#160;; voici les vingt plus pressantes (toutes&#160;: creances.echeances_legales).' ELSE '.' END || '</p>'
				|| '<table class="pile"><caption>Échéances légales, les plus pressantes d&#8217;abord</caption><thead><tr><th scope="col">Le</th><th scope="col">Reste</th><th scope="col" class="mot">Quoi</th>'
				|| '<th scope="col" class="mot">Client</th><th scope="col" class="mot">Facture</th><th scope="col">Montant</th></tr></thead><tbody>'
				|| string_agg(format('<tr class="%s"><th scope="row">%s</th><td class="p" data-col="Reste">%s</td><td class="mot seul" data-col="Quoi"><b>%s</b> %s%s</td><td class="mot nom" data-col="Client">%s</td><td class="mot" data-col="Facture"><bdi>%s</bdi></td><td data-col="Montant">%s</td></tr>',
					CASE e.gravite WHEN 'erreur' THEN 'erreur' ELSE 'autre' END, coalesce(creances._html_date(e.echeance), 'date à fixer'),
					creances._html_donnee(concat_ws('/', 'horloge', e.n, 'reste'), e.reste_jours, creances._html_valeur(e.reste_jours, 'jours'))
					|| CASE e.gravite WHEN 'erreur' THEN ' <b class="gravite">&#9632;&#160;urgent</b>' ELSE '' END,
					creances._html(e.libelle), creances._html(e.message), CASE WHEN e.source <> '' THEN ' <small>' || creances._html(e.source) || '</small>' ELSE '' END,
					creances._html_nom(e.nom, e.debiteur), coalesce(nullif(creances._html(e.facture), ''), '&#8212;'),
					creances._html_donnee(concat_ws('/', 'horloge', e.n, 'montant'), e.montant, creances._html_montant(e.montant, e.devise))), '' ORDER BY e.n) FILTER (WHERE e.n <= 20)
				|| '</tbody></table>' END
	  FROM e;
END;
COMMENT ON FUNCTION creances._rapport_horloges(text, date) IS 'Échéances légales, pour la page.';

CREATE FUNCTION creances._rapport_style() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
	SELECT $css$
:root{color-scheme:light;--encre:#1a1a1a;--gris:#4a4a4a;--filet:#c9cdd2;--bleu:#0b5a94;--fond:#f4f6f8}
*{box-sizing:border-box}
body{margin:0;background:#fff;color:var(--encre);font:16px/1.5 system-ui,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;overflow-wrap:break-word}
bdi{overflow-wrap:anywhere}
header,main,footer{max-width:72rem;margin:0 auto;padding:0 1rem}
header{padding-top:1.5rem}
h1{font-size:1.9rem;line-height:1.2;margin:.1rem 0}
h2{font-size:1.4rem;margin:2.2rem 0 .4rem;padding-top:.6rem;border-top:3px solid var(--bleu);break-after:avoid}
h3{font-size:1.1rem;margin:1.8rem 0 .6rem;break-after:avoid}
h4{font-size:1rem;margin:0 0 .4rem;break-after:avoid}
p{margin:.4rem 0}
small,figcaption,.note-bas{color:var(--gris);font-size:.85rem}
nav ul{list-style:none;margin:.8rem 0 0;padding:0;display:flex;flex-wrap:wrap;gap:.3rem 1rem}
a{color:var(--bleu)}
.vide{background:var(--fond);padding:.7rem 1rem;border-left:4px solid var(--filet)}
.cartes{display:grid;grid-template-columns:repeat(auto-fill,minmax(12.5rem,1fr));gap:.7rem;margin:0}
.carte{border:1px solid var(--filet);border-radius:6px;padding:.6rem .8rem;break-inside:avoid}
.carte dt{font-size:.9rem;line-height:1.3}
.carte dd{margin:.2rem 0 0}
.carte strong{display:block;font-size:1.1rem;line-height:1.3;white-space:nowrap}
.carte span.objectif,.carte span.evolution{display:block;font-size:.82rem;line-height:1.4;margin-top:.15rem}
.carte strong.long{font-size:.9rem}
.oui,.non{white-space:nowrap}
.oui{color:#00563f}
.non{color:#8f2d00}
figure{margin:.6rem 0;break-inside:avoid}
figcaption{margin-top:.3rem}
.cle{white-space:nowrap}
.cle svg{vertical-align:-1px}
.deux{display:grid;grid-template-columns:1fr 1fr;gap:1.5rem}
svg{overflow:visible;max-width:100%}
svg text{font-size:13px;fill:var(--encre)}
svg .axe{font-size:12px;fill:var(--gris)}
svg .fort{font-weight:700}
svg .halo{paint-order:stroke;stroke:#fff;stroke-width:4px;stroke-linejoin:round}
svg .grille{stroke:#dfe3e7}
svg .zero,svg .marque{stroke:#6b7178}
svg .cible{stroke:#8f2d00;stroke-width:1.5;stroke-dasharray:6 4}
svg .courbe{overflow:visible}
svg .courbe polyline{fill:none;stroke:var(--bleu);stroke-width:2.5;stroke-linejoin:round;vector-effect:non-scaling-stroke}
svg circle{fill:var(--bleu)}
svg .prevu{fill:#7fb2d9;stroke:#0b3c61;stroke-width:.75}
svg .engage{stroke:#0b3c61;stroke-width:.75}
svg .fourchette{stroke:#1a1a1a;stroke-width:1.5;fill:none}
svg circle.naif{fill:#fff;stroke:#b34700;stroke-width:2.25}
table{border-collapse:collapse;width:100%;margin:.8rem 0 1.2rem;font-size:.92rem}
caption{text-align:left;font-weight:600;padding-bottom:.3rem}
th,td{padding:.35rem .5rem;border-bottom:1px solid var(--filet);text-align:right;vertical-align:top}
th:first-child,.mot{text-align:left}
thead th{border-bottom:2px solid #6b7178;font-size:.85rem;vertical-align:bottom}
th[scope=row]{font-weight:500}
th[scope=row] small{display:block}
td data,time{white-space:nowrap}
tr{break-inside:avoid}
tr.total>*{font-weight:700;border-top:2px solid #6b7178}
.note{border:1px solid var(--encre);border-radius:3px;padding:0 .4em}
.nom{min-width:9rem}
.gravite{white-space:nowrap}
.erreur .gravite{color:#8f2d00}
.alertes{list-style:none;padding:0;margin:.5rem 0}
.alertes li{padding:.4rem .6rem;border-left:4px solid var(--filet);margin-bottom:.3rem;break-inside:avoid}
.alertes li.erreur{border-left-color:#8f2d00}
.definitions{columns:2;column-gap:2rem}
.definitions dt{break-after:avoid;font-weight:600;font-size:.85rem}
.definitions dd{break-inside:avoid;margin:0 0 .4rem;font-size:.85rem}
footer{margin:2rem auto;border-top:1px solid var(--filet);padding-top:.6rem}
@media screen and (max-width:1000px){
.deux .pair{display:none}
}
@media screen and (max-width:640px){
h1{font-size:1.5rem}
.cartes{grid-template-columns:repeat(2,minmax(0,1fr));gap:.5rem}
.carte{padding:.5rem .6rem}
.carte strong{font-size:1.02rem}
.carte strong.long{font-size:.72rem}
.deux{grid-template-columns:1fr}
.definitions{columns:1}
svg .pair{display:none}
.pile,.pile tbody,.pile caption{display:block}
.pile thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.pile tr{display:flex;flex-wrap:wrap;gap:0 1rem;border-bottom:1px solid #6b7178;padding:.45rem 0}
.pile tr.total{border-top:2px solid #6b7178}
.pile th,.pile td{border:0;padding:0;text-align:left;order:2;font-size:.85rem}
.pile td:empty{display:none}
.pile td::before{content:attr(data-col) " ";color:var(--gris)}
.pile tr.total>*{border:0}
.pile tr::before{content:"";order:1;flex:0 0 100%}
.pile th[scope=row]{order:0;flex:1 1 7rem;font-weight:600;font-size:.95rem}
.pile td.p{order:0;font-weight:600;font-size:.95rem;text-align:right}
.pile td.p::before{content:none}
.pile td.p[data-col=Actions]::before{content:attr(data-col) " ";font-weight:400;font-size:.85rem}
.pile td.seul{flex:1 1 100%}
}
@page{size:A4;margin:14mm 12mm}
@media print{
body{font-size:9.5pt;line-height:1.4}
header,main,footer{max-width:none;padding:0}
header{padding-top:0}
nav{display:none}
h1{font-size:1.6rem}
h2{margin-top:1rem;font-size:1.25rem}
h3{margin:.9rem 0 .4rem}
.cartes{grid-template-columns:repeat(5,minmax(0,1fr));gap:.35rem;padding-right:1px}
.carte{padding:.35rem .45rem}
.carte strong{font-size:.9rem}
.carte strong.long{font-size:.72rem}
.carte dt{font-size:.78rem}
.carte span.objectif,.carte span.evolution{font-size:.7rem}
table{font-size:.82rem;margin:.5rem 0 .8rem}
th,td{padding:.22rem .4rem}
caption{break-after:avoid}
thead{display:table-header-group}
.bloc{break-inside:avoid}
.saut{break-before:page}
.saut>h2{margin-top:0}
.deux .pair{display:none}
.definitions{column-gap:1.5rem}
.definitions dt,.definitions dd{font-size:.75rem}
}
$css$;
END;
COMMENT ON FUNCTION creances._rapport_style() IS 'Feuille de style de la page.';

CREATE FUNCTION creances.rapport_html(creancier text, au date DEFAULT creances.aujourdhui()) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp SET datestyle = 'ISO, YMD' SET jit = off AS $$
#variable_conflict use_column
DECLARE
	p_creancier CONSTANT text := rapport_html.creancier;
	p_au CONSTANT date := rapport_html.au;
	-- (the default is the day in Paris, the creditor's may be the one before or after)
	jour date;
	aujourdhui boolean;
	societe text;
	ouverts jsonb;
	previsions jsonb;
	du jsonb;
	calcules jsonb;
	d record;
	titre text;
	menu text := '';
	corps text := '';
	definitions text;
BEGIN
	IF p_creancier IS NULL THEN
		RAISE EXCEPTION USING ERRCODE = '22004', MESSAGE = 'le créancier ne peut pas être NULL',
			HINT = 'Exemple : SELECT creances.rapport_html(''principal'').';
	END IF;
	PERFORM creances._verifier_au(p_au);
	IF p_au < date '1900-01-01' THEN
		RAISE EXCEPTION USING ERRCODE = '22008', MESSAGE = format('le jour du rapport est avant 1900 : %s', p_au),
			HINT = 'Omettez-le pour aujourd''hui.';
	END IF;
	SELECT coalesce(nullif(btrim(c.nom), ''), c.creancier) INTO societe FROM creances.creancier c WHERE c.creancier = p_creancier;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'P0002', MESSAGE = format('créancier inconnu : %s', p_creancier),
			HINT = 'Les créanciers sont dans creances.creancier ; le premier est écrit par suivre_factures().';
	END IF;
	jour := creances.aujourdhui(p_creancier);
	IF p_au > greatest(jour, creances.aujourdhui()) THEN
		RAISE EXCEPTION USING ERRCODE = 'RC006', MESSAGE = format('le jour du rapport est dans le futur : %s', p_au),
			HINT = 'Omettez-le pour aujourd''hui.';
	END IF;
	aujourdhui := p_au >= least(jour, creances.aujourdhui());

	-- what was open is read once, for the figures, the balance and the debtors
	WITH e AS (
		SELECT e.devise, e.debiteur, e.solde, e.en_compte, p_au - e.echeance AS retard,
			   CASE WHEN p_au <= e.echeance THEN 1 WHEN p_au - e.echeance <= 30 THEN 2 WHEN p_au - e.echeance <= 60 THEN 3 WHEN p_au - e.echeance <= 90 THEN 4
					WHEN p_au - e.echeance <= 120 THEN 5 ELSE 6 END AS tranche
		  FROM creances._etat_au(p_au) e WHERE e.creancier = p_creancier
	), b AS MATERIALIZED (
		SELECT e.devise, e.debiteur, e.tranche, count(*) AS nb, sum(e.solde)::numeric(20,3) AS montant,
			   coalesce(sum(e.solde) FILTER (WHERE e.solde > 0 AND NOT e.en_compte), 0)::numeric(20,3) AS creances,
			   coalesce(sum(e.solde) FILTER (WHERE e.solde < 0 OR e.en_compte), 0)::numeric(20,3) AS deduits,
			   max(e.retard) FILTER (WHERE e.solde > 0 AND NOT e.en_compte AND e.retard > 0) AS retard
		  FROM e GROUP BY e.devise, e.debiteur, e.tranche
	), t AS (
		SELECT b.devise, b.tranche, sum(b.nb) AS nb, sum(b.montant) AS montant, sum(b.creances) AS creances, sum(b.deduits) AS deduits FROM b GROUP BY b.devise, b.tranche
	), c AS (
		SELECT b.devise, b.debiteur, sum(b.montant) AS encours, sum(b.creances) FILTER (WHERE b.tranche > 1) AS echu,
			   sum(b.creances) FILTER (WHERE b.tranche > 4) AS plus_de_90, max(b.retard) AS retard,
			   row_number() OVER (PARTITION BY b.devise ORDER BY sum(b.montant) DESC, b.debiteur) AS n
		  FROM b GROUP BY b.devise, b.debiteur
	), m AS (
		SELECT t.devise, sum(t.nb) AS nb, sum(t.montant) AS encours, sum(t.creances) AS creances, coalesce(sum(t.creances) FILTER (WHERE t.tranche > 1), 0) AS echu,
			   coalesce(sum(t.creances) FILTER (WHERE t.tranche > 4), 0) AS plus_de_90
		  FROM t GROUP BY t.devise
	)
	SELECT jsonb_object_agg(m.devise, jsonb_build_object(
			'nb', m.nb, 'debiteurs', (SELECT count(*) FROM c WHERE c.devise = m.devise),
			'positifs', (SELECT sum(c.encours) FROM c WHERE c.devise = m.devise AND c.encours > 0),
			'chiffres', jsonb_build_object('encours', m.encours, 'echu', m.echu, 'plus_de_90', m.plus_de_90,
										   'part_echue', CASE WHEN m.creances > 0 THEN round(100 * m.echu / m.creances, 2) END),
			'tranches', (SELECT jsonb_agg(jsonb_build_object('libelle', l.libelle, 'creances', coalesce(t.creances, 0), 'deduits', coalesce(t.deduits, 0), 'montant', coalesce(t.montant, 0)) ORDER BY l.n)
						   FROM (VALUES (1, 'Non échu'), (2, '1 à 30 jours'), (3, '31 à 60 jours'), (4, '61 à 90 jours'), (5, '91 à 120 jours'), (6, 'Plus de 120 jours')) l(n, libelle)
						   LEFT JOIN t ON t.devise = m.devise AND t.tranche = l.n),
			'premiers', (SELECT jsonb_agg(jsonb_build_object('debiteur', c.debiteur, 'encours', c.encours, 'echu', coalesce(c.echu, 0), 'plus_de_90', coalesce(c.plus_de_90, 0), 'retard', c.retard) ORDER BY c.n)
						   FROM c WHERE c.devise = m.devise AND c.n <= 10)))
	  INTO ouverts FROM m;
	ouverts := coalesce(ouverts, '{}');

	SELECT coalesce(jsonb_object_agg(p.devise, p.semaines), '{}') INTO previsions
	  FROM (SELECT x.devise, jsonb_agg(to_jsonb(x) ORDER BY x.semaine) AS semaines
			  FROM creances.prevision_encaissements(13, p_au, 'creancier') x WHERE x.creancier = p_creancier GROUP BY x.devise) p;
	IF NOT EXISTS (SELECT FROM creances.releve r WHERE r.creancier = p_creancier AND r.jour = p_au AND r.segment = '') THEN
		-- (those that the page shows; relever() works out all of them)
		SELECT jsonb_object_agg(i.indicateur, coalesce(p_au - i.jours + 1, (p_au + 1 - make_interval(months => i.mois))::date)) INTO du FROM creances.indicateur i;
		WITH b AS MATERIALIZED (SELECT x.devise, x.dso FROM creances.dso((du ->> 'dso')::date, p_au, 'balance', 'creancier') x WHERE x.creancier = p_creancier),
		m AS MATERIALIZED (SELECT x.devise, x.bpdso FROM creances.bpdso((du ->> 'bpdso')::date, p_au, 'creancier') x WHERE x.creancier = p_creancier),
		v AS (
			SELECT b.devise, 'dso' AS indicateur, b.dso AS valeur FROM b
			UNION ALL SELECT m.devise, 'bpdso', m.bpdso FROM m
			UNION ALL SELECT b.devise, 'add', b.dso - m.bpdso FROM b JOIN m ON m.devise = b.devise
			UNION ALL SELECT x.devise, 'cei', x.cei FROM creances.cei((du ->> 'cei')::date, p_au, 'creancier') x WHERE x.creancier = p_creancier
			UNION ALL SELECT x.devise, 'taux_recouvrement', x.taux FROM creances.taux_recouvrement((du ->> 'taux_recouvrement')::date, p_au, 'creancier') x WHERE x.creancier = p_creancier
			UNION ALL SELECT x.devise, 'retard_moyen', x.retard_moyen FROM creances.retard_moyen_pondere((du ->> 'retard_moyen')::date, p_au, 'creancier') x WHERE x.creancier = p_creancier
		)
		SELECT jsonb_agg(jsonb_build_object('devise', v.devise, 'indicateur', v.indicateur, 'du', du ->> v.indicateur, 'valeur', v.valeur)) INTO calcules FROM v;
	END IF;
	calcules := coalesce(calcules, '[]');

	-- a section a currency, the most used first: they never mix
	FOR d IN
		SELECT x.devise, coalesce((ouverts #>> ARRAY[x.devise, 'nb'])::bigint, 0) AS nb, ouverts -> x.devise AS o, previsions -> x.devise AS p
		  FROM (SELECT jsonb_object_keys(ouverts) AS devise
				UNION SELECT x ->> 'devise' FROM jsonb_array_elements(calcules) x
				UNION SELECT r.devise FROM creances.releve r WHERE r.creancier = p_creancier AND r.jour = p_au) x
		 ORDER BY 2 DESC, x.devise
	LOOP
		titre := creances._html(d.devise);
		menu := menu || format('<li><a href="#devise-%1$s">Créances en %1$s</a></li>', titre);
		corps := corps || format('<section id="devise-%1$s"%2$s><h2>Créances en %1$s</h2>', titre, CASE WHEN corps = '' THEN '' ELSE ' class="saut"' END)
			|| '<section><h3>Chiffres clés</h3>'
			|| creances._rapport_chiffres(p_creancier, d.devise, p_au,
				coalesce(d.o -> 'chiffres', '{"encours": 0, "echu": 0, "plus_de_90": 0, "part_echue": null}'),
				(SELECT coalesce(jsonb_agg(x), '[]') FROM jsonb_array_elements(calcules) x WHERE x ->> 'devise' = d.devise))
			|| '</section>'
			|| '<section><h3>Balance âgée</h3>' || coalesce(creances._rapport_balance(d.o -> 'tranches', d.devise), '<p class="vide">Aucune créance ouverte.</p>') || '</section>'
			|| '<section><h3>Tendance</h3>' || creances._rapport_tendance(p_creancier, d.devise, p_au) || '</section>'
			|| '<section><h3>Encaissements prévus, treize semaines</h3>' || creances._rapport_prevision(coalesce(d.p, '[]'), d.devise, (d.o #>> '{chiffres,encours}')::numeric) || '</section>'
			|| CASE WHEN d.o IS NULL THEN ''
					ELSE '<section><h3>Premiers débiteurs</h3>'
						 || creances._rapport_debiteurs(p_creancier, d.devise, d.o -> 'premiers', (d.o ->> 'debiteurs')::bigint, (d.o ->> 'positifs')::numeric, aujourdhui) || '</section>' END
			|| '</section>';
	END LOOP;
	IF corps = '' THEN
		corps := '<section><h2>Créances</h2><p class="vide">Aucune créance ouverte, ni aucune facture dans l&#8217;année qui précède.</p></section>';
	END IF;

	corps := corps || format('<section id="travail" class="saut"><h2>%s</h2>%s</section>', CASE WHEN aujourdhui THEN 'Travail de ce soir' ELSE 'Relances de cette nuit-là' END,
							 creances._rapport_travail(p_creancier, p_au, aujourdhui));
	menu := menu || format('<li><a href="#travail">%s</a></li>', CASE WHEN aujourdhui THEN 'Travail de ce soir' ELSE 'Relances' END);
	IF aujourdhui THEN
		corps := corps || '<section id="surveillance"><h2>Clients à surveiller</h2>' || creances._rapport_surveillance(p_creancier, p_au) || '</section>';
		menu := menu || '<li><a href="#surveillance">Clients à surveiller</a></li>';
		corps := corps || '<section id="alertes"><h2>Alertes</h2>' || creances._rapport_alertes(p_creancier) || '</section>';
		menu := menu || '<li><a href="#alertes">Alertes</a></li>';
	END IF;
	corps := corps || '<section id="horloges"><h2>Échéances légales</h2>' || creances._rapport_horloges(p_creancier, p_au) || '</section>';
	menu := menu || '<li><a href="#horloges">Échéances légales</a></li>';
	SELECT string_agg(format('<dt>%s</dt><dd>%s</dd>', creances._html(i.libelle), creances._html(i.formule)), '' ORDER BY i.ordre) INTO definitions
	  FROM creances.indicateur i
	 WHERE i.indicateur IN ('encours', 'echu', 'part_echue', 'plus_de_90', 'dso', 'bpdso', 'add', 'cei', 'taux_recouvrement', 'retard_moyen');

	titre := creances._html(societe);
	RETURN '<!DOCTYPE html>' || E'\n' || '<html lang="fr"><head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
		|| format('<title>Créances clients, %s, %s</title>', titre, to_char(p_au, 'DD/MM/YYYY')) || '<style>' || creances._rapport_style() || '</style></head>' || E'\n<body>'
		|| '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs><pattern id="hachures" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
		|| '<rect width="6" height="6" fill="#fff"/><rect width="2.5" height="6" fill="#1a1a1a"/></pattern></defs></svg>' || E'\n'
		|| format('<header><p>Créances clients</p><h1><bdi>%s</bdi></h1><p>Situation au <time datetime="%s" data-cle="au">%s</time>%s</p><nav aria-label="Sections"><ul>%s</ul></nav></header>',
				  titre, to_char(p_au, 'YYYY-MM-DD'), creances._html(creances.date_formatee(p_au, 'fr', 'complet')),
				  CASE WHEN aujourdhui THEN '' ELSE ', d&#8217;après les faits datés jusque-là' END
				  || CASE WHEN p_au < creances._ouverture(p_creancier) THEN format('</p><p class="vide">Avant la reprise des livres, le %s&#160;: des paiements y sont entrés sans leur date, et ce qui était dû avant ne se sait pas. Les montants de cette page sont trop hauts.',
																				   creances._html_date(creances._ouverture(p_creancier))) ELSE '' END, menu)
		|| E'\n<main>' || corps || E'</main>\n<footer><h2>Définitions</h2><dl class="definitions">' || definitions || '</dl><p class="note-bas">'
		|| format('Établi par creances.rapport_html(%s, %s). ', creances._html(quote_literal(p_creancier)), creances._html(quote_literal(p_au::text)))
		|| E'</p></footer></body></html>\n';
END $$;
COMMENT ON FUNCTION creances.rapport_html(text, date) IS
'Page HTML d''un créancier à une date, à enregistrer telle quelle en UTF-8 : chiffres clés et objectifs, balance âgée, tendances, prévision d''encaissements, premiers débiteurs, travail du soir (date passée : relances de cette nuit-là), clients à surveiller et alertes (aujourd''hui), échéances légales. Une section par devise. Sans script ni fichier extérieur, lisible sur téléphone et sur papier. Chaque chiffre est celui des vues ; il se relit dans <data data-cle="..." value="...">. C''est aussi du XML bien formé.';
