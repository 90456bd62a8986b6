# creances: receivables and dunning for PostgreSQL, built through PGXS.
#
#   make && sudo make install     build for the server of pg_config, install
#   make installcheck             regression tests on a running server
#   script/test                   everything, in a throw-away server

EXTENSION = creances
MODULE_big = creances
PGFILEDESC = "creances - receivables and dunning"

# C: one file per concept
OBJS = \
	$(WIN32RES) \
	src/creances.o \
	src/montant.o \
	src/calendrier.o \
	src/taux.o \
	src/semestre.o \
	src/penalite.o \
	src/decompte.o \
	src/compte.o \
	src/delais.o \
	src/balance.o \
	src/icu.o \
	src/chiffres.o \
	src/message.o \
	src/suivi.o \
	src/essai.o \
	src/ordres.o \
	src/faits.o \
	src/lignes.o \
	src/lecture.o \
	src/lecture_directe.o \
	src/ecriture.o \
	src/relecture.o \
	src/annexes.o \
	src/rafraichir.o \
	src/correspondance.o

# SQL: the install script is these parts in this order; its version is read
# from the control file and nowhere else
PARTS = \
	sql/00_entete.sql \
	sql/10_types.sql \
	sql/20_tables.sql \
	sql/25_taux.sql \
	sql/30_fonctions.sql \
	sql/40_suivi.sql \
	sql/41_correspondance.sql \
	sql/42_lecture.sql \
	sql/43_mouvements.sql \
	sql/43_rafraichir.sql \
	sql/44_rattachement.sql \
	sql/45_actes.sql \
	sql/46_modeles.sql \
	sql/47_suspensions.sql \
	sql/48_statuts.sql \
	sql/49_procedures.sql \
	sql/50_scenarios.sql \
	sql/51_moteur.sql \
	sql/52_delais.sql \
	sql/54_decision.sql \
	sql/55_exigible.sql \
	sql/55_passe.sql \
	sql/56_file.sql \
	sql/57_lettres.sql \
	sql/58_planification.sql \
	sql/59_procedures.sql \
	sql/60_vues.sql \
	sql/62_passe_date.sql \
	sql/63_horloges.sql \
	sql/63_mandats.sql \
	sql/64_indicateurs.sql \
	sql/65_tableau.sql \
	sql/66_profil.sql \
	sql/67_prevision.sql \
	sql/70_journal.sql \
	sql/72_dossier.sql \
	sql/73_alerte.sql \
	sql/74_rapport.sql \
	sql/80_coherence.sql \
	sql/90_droits.sql

EXTVERSION := $(shell sed -n "s/^default_version = '\(.*\)'/\1/p" \
	$(dir $(lastword $(MAKEFILE_LIST)))creances.control)
DATA_built = creances--$(EXTVERSION).sql

# Tests: test/sql against expected/, test/isolation/specs against
# test/isolation/expected.  pg_regress looks for inputs under --inputdir and
# for expected files under the current directory first, so that expected/
# stays at the top; pg_isolation_regress finds no ./expected/NAME.out and
# falls back to --inputdir, so a spec never bears the name of a regression
# test.  The TAP tests of test/t start servers of their own and are left to
# script/test.
REGRESS = \
	taux \
	calendrier \
	penalite \
	balance \
	vecteurs \
	suivi \
	reglements \
	clients \
	correspondance \
	date_passee \
	qualite \
	matrice \
	chaque_jour \
	erreurs_suivi \
	erp \
	ibm \
	highradius \
	moteur \
	file_relances \
	scenarios \
	litiges \
	engagements \
	purge_passes \
	vie \
	messages \
	lettres \
	journal \
	dossier \
	statuts \
	procedures \
	nuits \
	planification \
	droits \
	catalogue \
	montants_dus \
	suspensions \
	decompte \
	exigible \
	delais \
	prescription \
	indicateurs \
	tableau \
	profil \
	prevision \
	prevision_ibm \
	horloges \
	mandats \
	rapport \
	hostile
REGRESS_OPTS = --inputdir=$(srcdir)/test --encoding=UTF8
ISOLATION = \
	paiements_immediat \
	paiements_differe \
	paiement_et_prise \
	acte_et_prise \
	reglements_avant_facture \
	reglements_changements_differe \
	reglements_changements_immediat \
	reglements_table_differe \
	reglements_table_immediat \
	deux_preneurs \
	double_confirmation \
	deux_passes \
	deux_rafraichir \
	erp_tient_sa_ligne \
	nouveau_debiteur \
	scellement \
	deux_statuts \
	deux_passes_creanciers \
	litige_pendant_passe \
	modele_change \
	promesse_pendant_validation \
	statut_et_prise
ISOLATION_OPTS = --inputdir=$(srcdir)/test/isolation --encoding=UTF8

# the ICU that the server itself uses
SHLIB_LINK = $(ICU_LIBS)

PG_CONFIG ?= pg_config
PGXS := $(shell $(PG_CONFIG) --pgxs)
include $(PGXS)

$(OBJS) $(OBJS:.o=.bc): src/creances.h src/ecriture.h src/faits.h src/icu.h src/lecture.h src/lignes.h | $(CURDIR)/src

$(CURDIR)/src:
	$(MKDIR_P) $@

$(DATA_built): $(PARTS)
	cat $^ > $@
