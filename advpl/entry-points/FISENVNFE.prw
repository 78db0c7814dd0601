#Include "Protheus.ch"

// Transaction: no

/*
FISENVNFE - Logo depois da transmissao das notas ao TSS. PARAMIXB[1] e um array de textos:
serie (3 posicoes) e numero. Fora da transacao; o retorno nao e usado. A chave de acesso e
a hora da autorizacao vao quando ja estao gravadas em SF2; senao, vao vazias, e KBRECON
grava o evento quando a chave existir e ele faltar.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBNFTRAN(PARAMIXB)
*/
User Function FISENVNFE()

    U_KBNFTRAN(PARAMIXB)

Return Nil
