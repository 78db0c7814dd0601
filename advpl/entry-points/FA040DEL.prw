#Include "Protheus.ch"

// Transaction: yes

/*
FA040DEL - Fim da exclusao do titulo. SE1 ainda posicionado no registro apagado. Conforme
o release fora da transacao; por seguranca e tratado como dentro. Sem PARAMIXB; o retorno
nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu as linhas
    U_KBTIT("excluido")
    U_KBWAKE()
*/
User Function FA040DEL()

    U_KBTIT("excluido")
    U_KBWAKE()

Return .T.
