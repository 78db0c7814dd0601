#Include "Protheus.ch"

// Transaction: yes

/*
SF2520E - Exclusao da nota, depois das validacoes e antes de apagar. SF2 posicionado. Use
no lugar de MS520DEL onde este ja for da empresa. Com os dois, grava-se um evento so. Sem
PARAMIXB; o retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBNF("cancelada")
*/
User Function SF2520E()

    U_KBNF("cancelada")

Return Nil
