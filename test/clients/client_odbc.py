"""What a client of psqlODBC sees: `C` lines list the columns of each view (name, type,
size, Python type, nullable, comment), `L` lines are all rows, `Q` lines answer the questions.
SQLColumns of psqlODBC has no comments: they are read from the catalogue, through it.
ODBC_OPTIONS adds to the connection string."""

import datetime
import decimal
import json
import os
import sys

import pyodbc

connexion = pyodbc.connect(
    "Driver={PostgreSQL Unicode};Server=%s;Port=%s;Database=%s;Uid=%s;Pwd=%s;ConnSettings={SET timezone TO 'UTC'};"
    % tuple(os.environ[v] for v in ("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD")) + os.environ.get("ODBC_OPTIONS", ""),
    autocommit=True,
)
curseur = connexion.cursor()
ODBC = {getattr(pyodbc, "SQL_" + nom): nom for nom in (
    "WLONGVARCHAR", "WVARCHAR", "VARCHAR", "INTEGER", "BIGINT", "NUMERIC", "TYPE_DATE", "TYPE_TIMESTAMP", "GUID", "BIT", "DOUBLE")}


def ecrire(*champs):
    sys.stdout.buffer.write(("\t".join(champs) + "\n").encode("utf-8"))


def texte(valeur, genre=None):
    if valeur is None:
        return None
    # (BoolsAsChar is what the driver does unless it is told otherwise)
    if genre == "bool":
        return {"1": "true", "0": "false"}[valeur]
    if genre == "uuid":
        return valeur.lower()
    if isinstance(valeur, decimal.Decimal):
        return format(valeur, "f")
    if isinstance(valeur, datetime.datetime):
        return str((valeur - datetime.datetime(1970, 1, 1)) // datetime.timedelta(milliseconds=1))
    if isinstance(valeur, float):
        raise TypeError("a float")
    return str(valeur)


vues = [r.table_name for r in curseur.tables(schema="creances", tableType="VIEW") if not r.table_name.startswith("_")]
for vue in vues:
    colonnes = list(curseur.columns(schema="creances", table=vue))
    curseur.execute(
        "SELECT a.attname, col_description(a.attrelid, a.attnum), obj_description(a.attrelid, 'pg_class') FROM pg_catalog.pg_attribute a"
        " JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = 'creances' AND c.relname = ? AND a.attnum > 0", vue)
    lus = curseur.fetchall()
    commentaires = {r[0]: r[1] for r in lus}
    curseur.execute('SELECT * FROM "creances"."%s"' % vue)
    python = {d[0]: d[1] for d in curseur.description}
    ecrire("C", "%s | vue | %s" % (vue, lus[0][2]))
    for c in colonnes:
        taille = "%s,%s" % (c.column_size, c.decimal_digits) if c.type_name == "numeric" else str(c.column_size)
        ecrire("C", "%s.%s | %s %s(%s) %s | %s | %s" % (
            vue, c.column_name, c.type_name, ODBC[c.data_type], taille, python[c.column_name].__name__,
            "nullable" if c.nullable else "not null", commentaires[c.column_name]))
    for ligne in curseur.fetchall():
        for c, valeur in zip(colonnes, ligne):
            if valeur is not None and type(valeur) is not python[c.column_name]:
                raise TypeError("%s.%s : %s" % (vue, c.column_name, type(valeur)))
        ecrire("L", vue, json.dumps([texte(v, c.type_name) for c, v in zip(colonnes, ligne)], ensure_ascii=False))

LIRE = {"text": str, "integer": int, "numeric": decimal.Decimal, "date": datetime.date.fromisoformat}
for ligne in sys.stdin.buffer.read().decode("utf-8").splitlines():
    nom, sql, *parametres = ligne.split("\t")
    parametres = [p.split("=", 1) for p in parametres]
    for maniere, valeurs in (("types", [LIRE[t](v) for t, v in parametres]), ("textes", [v for _, v in parametres])):
        curseur.execute(sql, valeurs)
        ecrire("Q", "%s, %s" % (nom, maniere), json.dumps([[texte(v) for v in r] for r in curseur.fetchall()], ensure_ascii=False))
