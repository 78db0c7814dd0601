#Include "Protheus.ch"

// Transaction: yes

/*
SD3240E - Estorno de um movimento interno, modelos 1 e 2 (A240DesAtu), SD3 posicionado no
movimento, depois de atualizado. Um evento por item. MT241EST e o ponto equivalente so do
modelo 2: use um dos dois. O retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBESTEST()
*/
User Function SD3240E()

    U_KBESTEST()

Return Nil
