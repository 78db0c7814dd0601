#Include "Protheus.ch"

/*
KBEST.prw - Eventos dos movimentos internos de estoque (SD3): movimentado, estornado,
transferido.
*/

//---------------------------------------------------------------------------------------
// KBESTDOC: documento de movimentos internos modelo 2 (MT241GRV, dentro da transacao).
// cDoc e PARAMIXB[1]; sem ele vale o documento do registro posicionado em SD3.
//---------------------------------------------------------------------------------------
User Function KBESTDOC(xParam)
    Local cDoc := SD3->D3_DOC

    If ValType(xParam) == "A" .And. Len(xParam) > 0
        If ValType(xParam[1]) == "C"
            cDoc := PadR(xParam[1], Len(SD3->D3_DOC))
        EndIf
    EndIf

Return U_KBPONTO("KBEST", "EST", {"SD3", "SB1"}, {|| KbDocto(cDoc)})

//---------------------------------------------------------------------------------------
// KBESTINC: movimento modelo 1, posicionado em SD3 (SD3240I). No modelo 2 este ponto
// tambem dispara, para cada item: la o documento inteiro vai por KBESTDOC.
//---------------------------------------------------------------------------------------
User Function KBESTINC()
    Local cId := ""

    If !IsInCallStack("A241GRAVA")
        cId := U_KBPONTO("KBEST", "EST", {"SD3", "SB1"}, {|| KbUm("estoque.movimentado")})
    EndIf

Return cId

//---------------------------------------------------------------------------------------
// KBESTEST: estorno do movimento posicionado em SD3 (SD3240E, ou MT241EST em seu lugar).
//---------------------------------------------------------------------------------------
User Function KBESTEST()

Return U_KBPONTO("KBEST", "EST", {"SD3", "SB1"}, {|| KbUm("estoque.estornado")})

//---------------------------------------------------------------------------------------
// KBESTTRF: transferencia modelo 2 (MA261TRD3). PARAMIXB[1]: pares de registros de SD3,
// {saida, entrada}.
//---------------------------------------------------------------------------------------
User Function KBESTTRF(xParam)
    Local aPares := {}

    If ValType(xParam) == "A" .And. Len(xParam) > 0
        If ValType(xParam[1]) == "A"
            aPares := xParam[1]
        EndIf
    EndIf
    If Len(aPares) > 0
        U_KBPONTO("KBEST", "EST", {"SD3", "SB1"}, {|| KbTransf(aPares)})
        U_KBWAKE()
    EndIf

Return Nil

Static Function KbGrava(cDoc, oDados, cEvento)

Return U_KBENQ(U_KBPAR("MV_KBTPEST", "protheus-estoque"), U_KBCHAVE({cDoc}), oDados, cEvento)

//---------------------------------------------------------------------------------------
// O numero de documento pode voltar em outra data: entram os itens da mesma emissao e
// tipo de movimento que o registro posicionado, menos os estornados.
//---------------------------------------------------------------------------------------
Static Function KbDocto(cDoc)
    Local oDados  := JsonObject():New()
    Local aItens  := {}
    Local cBusca  := xFilial("SD3") + cDoc
    Local dEmis   := SD3->D3_EMISSAO
    Local cTM     := SD3->D3_TM

    SD3->(DbSetOrder(2))
    SD3->(DbSeek(cBusca))
    While !SD3->(Eof()) .And. (SD3->D3_FILIAL + SD3->D3_DOC) == cBusca
        If SD3->D3_EMISSAO == dEmis .And. SD3->D3_TM == cTM .And. SD3->D3_ESTORNO != "S"
            aAdd(aItens, KbMovto())
        EndIf
        SD3->(DbSkip())
    EndDo
    oDados["documento"] := RTrim(cDoc)
    oDados["itens"]     := aItens

Return KbGrava(cDoc, oDados, "estoque.movimentado")

Static Function KbUm(cEvento)
    Local oDados := JsonObject():New()

    oDados["documento"] := RTrim(SD3->D3_DOC)
    oDados["itens"]     := {KbMovto()}

Return KbGrava(SD3->D3_DOC, oDados, cEvento)

Static Function KbTransf(aPares)
    Local oDados := JsonObject():New()
    Local oPar   := Nil
    Local aItens := {}
    Local cDoc   := ""
    Local nI     := 0

    For nI := 1 To Len(aPares)
        oPar := JsonObject():New()
        SD3->(DbGoTo(aPares[nI][1]))
        oPar["saida"] := KbMovto()
        SD3->(DbGoTo(aPares[nI][2]))
        oPar["entrada"] := KbMovto()
        cDoc := SD3->D3_DOC
        aAdd(aItens, oPar)
    Next nI
    oDados["documento"] := RTrim(cDoc)
    oDados["itens"]     := aItens

Return KbGrava(cDoc, oDados, "estoque.transferido")

Static Function KbMovto()
    Local oItem := JsonObject():New()

    SB1->(DbSetOrder(1))
    oItem["produto"]       := RTrim(SD3->D3_COD)
    oItem["descricao"]     := Nil
    If SB1->(DbSeek(xFilial("SB1") + SD3->D3_COD))
        oItem["descricao"] := RTrim(SB1->B1_DESC)
    EndIf
    oItem["tipoMovimento"] := RTrim(SD3->D3_TM)
    oItem["codigoFiscal"]  := U_KBCAMPO("SD3", "D3_CF")
    oItem["quantidade"]    := SD3->D3_QUANT
    oItem["unidade"]       := U_KBCAMPO("SD3", "D3_UM")
    oItem["armazem"]       := RTrim(SD3->D3_LOCAL)
    oItem["custo"]         := U_KBCAMPO("SD3", "D3_CUSTO1")
    oItem["emissao"]       := U_KBDATA(SD3->D3_EMISSAO)
    oItem["sequencia"]     := U_KBCAMPO("SD3", "D3_NUMSEQ")
    oItem["lote"]          := U_KBCAMPO("SD3", "D3_LOTECTL")
    oItem["ordemProducao"] := U_KBCAMPO("SD3", "D3_OP")
    oItem["centroCusto"]   := U_KBCAMPO("SD3", "D3_CC")
    oItem["extras"]        := U_KBEXTRA("SD3")

Return oItem
