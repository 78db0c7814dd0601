#Include "Protheus.ch"

// Transaction: yes

/*
MTA410T - Pedido de venda gravado (A410Grava), inclusao ou alteracao, dentro da transacao.
SC5 posicionado. Nao e chamado na exclusao. A liberacao automatica (MATA440) tambem o
chama, depois da sua transacao: vai como alteracao. Sem PARAMIXB; o retorno nao e usado.

Se a empresa ja tem este ponto, nao compile este arquivo: ponha no seu a linha
    U_KBPED()
*/
User Function MTA410T()

    U_KBPED()

Return Nil
