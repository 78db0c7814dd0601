#Include "Protheus.ch"

// Transaction: yes

/*
MS520DEL - Exclusao da nota (MaDelNfs), antes de apagar o registro de SF2, que esta
posicionado. Este e o ponto recomendado para o cancelamento. Sem PARAMIXB; o retorno nao e
usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBNF("cancelada")
*/
User Function MS520DEL()

    U_KBNF("cancelada")

Return Nil
