#Include "Protheus.ch"

// Transaction: yes

/*
M410STTS - Fim da rotina de pedidos. PARAMIXB[1]: 3 inclusao, 4 alteracao, 5 exclusao,
6 copia, 7 devolucao; releases antigos nao o passam. Conforme o release, dentro ou fora
da transacao: por seguranca e tratado como dentro. Grava a exclusao e acorda o job. O
retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBPEDFIM(IIf(Type("PARAMIXB") == "A", PARAMIXB, Nil))
*/
User Function M410STTS()

    U_KBPEDFIM(IIf(Type("PARAMIXB") == "A", PARAMIXB, Nil))

Return Nil
