"""What a client of SQLAlchemy on psycopg2 sees, through its inspector: `C` lines list the
columns of each view (name, type, Python type, nullable, comment), `L` lines are all rows of the
reflected views, `Q` lines answer the questions."""

import datetime
import decimal
import json
import os
import sys
import warnings

import sqlalchemy
from sqlalchemy.engine import URL

# (a regclass is no type of SQLAlchemy: it reads text)
warnings.filterwarnings("ignore", message="Did not recognize type 'regclass'")
e = os.environ
moteur = sqlalchemy.create_engine(
    URL.create("postgresql+psycopg2", e["PGUSER"], e["PGPASSWORD"], e["PGHOST"], int(e["PGPORT"]), e["PGDATABASE"]))
EPOQUE = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def ecrire(*champs):
    sys.stdout.buffer.write(("\t".join(champs) + "\n").encode("utf-8"))


def texte(valeur):
    if valeur is None:
        return None
    if isinstance(valeur, bool):
        return "true" if valeur else "false"
    if isinstance(valeur, decimal.Decimal):
        return format(valeur, "f")
    if isinstance(valeur, datetime.datetime):
        return str((valeur - EPOQUE) // datetime.timedelta(milliseconds=1))
    if isinstance(valeur, dict):
        return json.dumps(valeur, ensure_ascii=False, sort_keys=True)
    if isinstance(valeur, float):
        raise TypeError("a float")
    return str(valeur)


def type_python(t):
    # (what SQLAlchemy gives no Python type to comes as text)
    try:
        return str if isinstance(t, sqlalchemy.dialects.postgresql.UUID) else t.python_type
    except NotImplementedError:
        return str


inspecteur = sqlalchemy.inspect(moteur)
with moteur.connect() as connexion:
    for vue in sorted(inspecteur.get_view_names("creances")):
        if vue.startswith("_"):
            continue
        ecrire("C", "%s | vue | %s" % (vue, inspecteur.get_table_comment(vue, "creances")["text"]))
        for c in inspecteur.get_columns(vue, "creances"):
            ecrire("C", "%s.%s | %r %s | %s | %s" % (
                vue, c["name"], c["type"], type_python(c["type"]).__name__, "nullable" if c["nullable"] else "not null", c["comment"]))
        t = sqlalchemy.Table(vue, sqlalchemy.MetaData(), schema="creances", autoload_with=moteur)
        for ligne in connexion.execute(sqlalchemy.select(t)):
            for c, valeur in zip(t.columns, ligne):
                if valeur is not None and not isinstance(c.type, sqlalchemy.dialects.postgresql.JSONB) and type(valeur) is not type_python(c.type):
                    raise TypeError("%s : %s" % (c, type(valeur)))
            ecrire("L", vue, json.dumps([texte(v) for v in ligne], ensure_ascii=False))

    LIRE = {"text": str, "integer": int, "numeric": decimal.Decimal, "date": datetime.date.fromisoformat}
    for ligne in sys.stdin.buffer.read().decode("utf-8").splitlines():
        nom, sql, *parametres = ligne.split("\t")
        parametres = [p.split("=", 1) for p in parametres]
        sql = sql.replace("%", "%%").replace("?", "%s")
        for maniere, valeurs in (("types", [LIRE[t](v) for t, v in parametres]), ("textes", [v for _, v in parametres])):
            reponse = connexion.exec_driver_sql(sql, tuple(valeurs))
            ecrire("Q", "%s, %s" % (nom, maniere), json.dumps([[texte(v) for v in r] for r in reponse], ensure_ascii=False))
