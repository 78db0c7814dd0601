#Include "Protheus.ch"

// Transaction: no

/*
MT241SD3 - Depois da transacao dos movimentos internos modelo 2. So acorda o job. Sem
PARAMIXB; o retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBWAKE()
*/
User Function MT241SD3()

    U_KBWAKE()

Return Nil
