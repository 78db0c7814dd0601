#Include "Protheus.ch"

// Transaction: yes

/*
SD3240I - Movimento interno gravado, item por item, SD3 posicionado. E o ponto do modelo 1
(MATA240). No modelo 2 ele tambem dispara: KBESTINC o reconhece e deixa para MT241GRV. O
retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBESTINC()
*/
User Function SD3240I()

    U_KBESTINC()

Return Nil
