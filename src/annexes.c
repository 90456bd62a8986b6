/*-------------------------------------------------------------------------
 *
 * annexes.c
 *	  Movements and customers that the ERP keeps in tables of their own.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

uint64
creances_ecrire_mouvements(Relecture *r, TupleDesc lu)
{
	return 0;
}

uint64
creances_ecrire_clients(Relecture *r)
{
	return 0;
}

bool
creances_ecarts_annexes(Relecture *r, TupleDesc lu, Tuplestorestate *sortie)
{
	return false;
}
