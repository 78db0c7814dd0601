#Include "Protheus.ch"

// Transaction: yes

/*
FA070CA2 - Cancelamento da baixa concluido. SE1 posicionado. Tratado como dentro da
transacao. O retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu as linhas
    U_KBTIT("estornado")
    U_KBWAKE()
*/
User Function FA070CA2()

    U_KBTIT("estornado")
    U_KBWAKE()

Return Nil
