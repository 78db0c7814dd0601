#Include "Protheus.ch"

// Transaction: yes

/*
FA040GRV - Titulo a receber incluido (FINA040), depois de todos os dados e antes da
contabilizacao. SE1 posicionado. Tratado como dentro da transacao. Sem PARAMIXB; o retorno
nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBTIT("incluido")
*/
User Function FA040GRV()

    U_KBTIT("incluido")

Return Nil
