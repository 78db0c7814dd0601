#Include "Protheus.ch"

// Transaction: yes

/*
F040ALTR - Fim da alteracao do titulo, antes de sair da gravacao. SE1 posicionado. Tratado
como dentro da transacao. Sem PARAMIXB; devolve .T., como fazem os pontos conhecidos.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu as linhas
    U_KBTIT("alterado")
    U_KBWAKE()
*/
User Function F040ALTR()

    U_KBTIT("alterado")
    U_KBWAKE()

Return .T.
