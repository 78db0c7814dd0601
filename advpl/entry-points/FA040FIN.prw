#Include "Protheus.ch"

// Transaction: no

/*
FA040FIN - Fim da inclusao do titulo, depois da transacao. So acorda o job. Sem PARAMIXB;
o retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBWAKE()
*/
User Function FA040FIN()

    U_KBWAKE()

Return Nil
