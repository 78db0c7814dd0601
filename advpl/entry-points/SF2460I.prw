#Include "Protheus.ch"

// Transaction: yes

/*
SF2460I - Nota fiscal de saida gravada (MATA460, MATA461). SF2 posicionado; depois de
SF2 e SD2, antes da contabilizacao, dentro da transacao. Sem PARAMIXB; o retorno nao e
usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBNF("emitida")
*/
User Function SF2460I()

    U_KBNF("emitida")

Return Nil
