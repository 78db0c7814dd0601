#Include "Protheus.ch"

/*
KBPED.prw - Eventos do pedido de venda (SC5, SC6): incluido, alterado, excluido.
*/

//---------------------------------------------------------------------------------------
// KBPED: inclusao ou alteracao do pedido posicionado em SC5 (MTA410T, dentro da
// transacao). Inclusao e o que a rotina padrao diz na variavel INCLUI.
//---------------------------------------------------------------------------------------
User Function KBPED()
    Local cFase := "alterado"

    If Type("INCLUI") == "L"
        If INCLUI
            cFase := "incluido"
        EndIf
    EndIf

Return U_KBPONTO("KBPED", "PED", {"SC6", "SA1", "SA2", "SB1"}, {|| U_KBPEDENF(cFase)})

//---------------------------------------------------------------------------------------
// KBPEDFIM: fim da rotina de pedidos (M410STTS). MTA410T nao e chamado na exclusao, por
// isso ela e gravada aqui. Nos releases sem PARAMIXB vale o registro apagado.
//---------------------------------------------------------------------------------------
User Function KBPEDFIM(xParam)
    Local lExcluiu := SC5->(Deleted())

    If ValType(xParam) == "A" .And. Len(xParam) > 0
        lExcluiu := xParam[1] == 5
    EndIf
    If lExcluiu
        U_KBPONTO("KBPED", "PED", {"SC6", "SA1", "SA2", "SB1"}, {|| U_KBPEDENF("excluido")})
    EndIf
    U_KBWAKE()

Return Nil

//---------------------------------------------------------------------------------------
// KBPEDKEY: chave do pedido posicionado em SC5.
//---------------------------------------------------------------------------------------
User Function KBPEDKEY()

Return U_KBCHAVE({SC5->C5_NUM})

//---------------------------------------------------------------------------------------
// KBPEDENF: grava o evento do pedido posicionado, sem proteger as areas (KBPONTO faz).
//---------------------------------------------------------------------------------------
User Function KBPEDENF(cFase)
    Local cTopico := U_KBPAR("MV_KBTPPED", "protheus-pedidos")

Return U_KBENQ(cTopico, U_KBPEDKEY(), KbPedido(cFase), "pedido." + cFase)

Static Function KbPedido(cFase)
    Local oDados  := JsonObject():New()
    Local oCab    := JsonObject():New()
    Local oPessoa := U_KBPESSOA(SC5->C5_TIPO, SC5->C5_CLIENTE, SC5->C5_LOJACLI)

    oCab["pedido"]            := RTrim(SC5->C5_NUM)
    oCab["tipo"]              := SC5->C5_TIPO
    oCab["cliente"]           := RTrim(SC5->C5_CLIENTE)
    oCab["loja"]              := RTrim(SC5->C5_LOJACLI)
    oCab["cadastro"]          := oPessoa["cadastro"]
    oCab["nomeCliente"]       := oPessoa["nome"]
    oCab["emissao"]           := U_KBDATA(SC5->C5_EMISSAO)
    oCab["condicaoPagamento"] := U_KBCAMPO("SC5", "C5_CONDPAG")
    oCab["vendedor"]          := U_KBCAMPO("SC5", "C5_VEND1")
    oCab["nota"]              := U_KBCAMPO("SC5", "C5_NOTA")
    oCab["serie"]             := U_KBCAMPO("SC5", "C5_SERIE")
    oCab["extras"]            := U_KBEXTRA("SC5")
    oCab["extrasCliente"]     := oPessoa["extras"]
    oDados["cabecalho"]       := oCab
    If cFase != "excluido"
        oDados["itens"] := KbItens()
    EndIf

Return oDados

Static Function KbItens()
    Local aItens  := {}
    Local oItem   := Nil
    Local cPedido := xFilial("SC6") + SC5->C5_NUM

    SB1->(DbSetOrder(1))
    SC6->(DbSetOrder(1))
    SC6->(DbSeek(cPedido))
    While !SC6->(Eof()) .And. (SC6->C6_FILIAL + SC6->C6_NUM) == cPedido
        oItem := JsonObject():New()
        oItem["item"]          := RTrim(SC6->C6_ITEM)
        oItem["produto"]       := RTrim(SC6->C6_PRODUTO)
        oItem["descricao"]     := U_KBCAMPO("SC6", "C6_DESCRI")
        If Empty(oItem["descricao"]) .And. SB1->(DbSeek(xFilial("SB1") + SC6->C6_PRODUTO))
            oItem["descricao"] := RTrim(SB1->B1_DESC)
        EndIf
        oItem["unidade"]       := U_KBCAMPO("SC6", "C6_UM")
        oItem["quantidade"]    := SC6->C6_QTDVEN
        oItem["valorUnitario"] := SC6->C6_PRCVEN
        oItem["valorTotal"]    := SC6->C6_VALOR
        oItem["tes"]           := U_KBCAMPO("SC6", "C6_TES")
        oItem["cfop"]          := U_KBCAMPO("SC6", "C6_CF")
        oItem["armazem"]       := U_KBCAMPO("SC6", "C6_LOCAL")
        oItem["entrega"]       := U_KBCAMPO("SC6", "C6_ENTREG")
        oItem["extras"]        := U_KBEXTRA("SC6")
        aAdd(aItens, oItem)
        SC6->(DbSkip())
    EndDo

Return aItens
