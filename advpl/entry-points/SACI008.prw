#Include "Protheus.ch"

// Transaction: no

/*
SACI008 - Baixa do titulo a receber gravada, destravada e contabilizada. SE1 e SE5
posicionados. Fora da transacao. Sem PARAMIXB; o retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu as linhas
    U_KBTIT("baixado")
    U_KBWAKE()
*/
User Function SACI008()

    U_KBTIT("baixado")
    U_KBWAKE()

Return Nil
