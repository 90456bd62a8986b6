/*-------------------------------------------------------------------------
 *
 * essai.c
 *	  Transactions: try something in a subtransaction (the ERP's transaction, or
 *	  the rest of a refresh, goes on when it fails); know whether a procedure may
 *	  commit.
 *
 *-------------------------------------------------------------------------
 */
#include "creances.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

PG_FUNCTION_INFO_V1(creances_en_bloc);

/*
 * Errors that are not ours to swallow: the user's or the administrator's will,
 * and what no retry can mend.
 */
static bool
a_relancer(int sqlstate)
{
	int			classe = ERRCODE_TO_CATEGORY(sqlstate);

	return sqlstate == ERRCODE_QUERY_CANCELED ||
		sqlstate == ERRCODE_INTERNAL_ERROR ||
		sqlstate == ERRCODE_DATA_CORRUPTED ||
		sqlstate == ERRCODE_INDEX_CORRUPTED ||
		classe == ERRCODE_OPERATOR_INTERVENTION ||
		classe == ERRCODE_SYSTEM_ERROR;
}

/*
 * Run fonction(arg) in a subtransaction.  NULL when it has succeeded, else the
 * error, the subtransaction rolled back; cancels and internal errors go on up.
 */
ErrorData *
creances_essayer(void (*fonction) (void *), void *arg)
{
	MemoryContext contexte = CurrentMemoryContext;
	ResourceOwner proprietaire = CurrentResourceOwner;
	ErrorData  *volatile erreur = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(contexte);
	PG_TRY();
	{
		fonction(arg);
		ReleaseCurrentSubTransaction();
	}
	PG_CATCH();
	{
		MemoryContextSwitchTo(contexte);
		erreur = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		if (a_relancer(erreur->sqlerrcode))
		{
			CurrentResourceOwner = proprietaire;
			ReThrowError(erreur);
		}
	}
	PG_END_TRY();
	MemoryContextSwitchTo(contexte);
	CurrentResourceOwner = proprietaire;
	return erreur;
}

/*
 * creances._en_bloc() returns boolean: we are between BEGIN and COMMIT, where a
 * procedure cannot commit.
 */
Datum
creances_en_bloc(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(IsTransactionBlock());
}
