#Include "Protheus.ch"

/*
KBNF.prw - Eventos da nota fiscal de saida (SF2, SD2): emitida, cancelada, transmitida.
*/

//---------------------------------------------------------------------------------------
// KBNF: grava o evento da nota posicionada em SF2. cFase: emitida, cancelada ou
// transmitida. Chamar dentro da transacao. Devolve o id, ou "".
//---------------------------------------------------------------------------------------
User Function KBNF(cFase)

Return U_KBPONTO("KBNF", "NF", {"SD2", "SA1", "SA2", "SB1", "SE1"}, {|| KbNota(cFase)})

//---------------------------------------------------------------------------------------
// KBNFTRAN: notas transmitidas. aIds vem de FISENVNFE: serie (3) + numero, ou um array
// com esses textos.
//---------------------------------------------------------------------------------------
User Function KBNFTRAN(aIds)
    Local aLista := aIds

    If ValType(aLista) == "A" .And. Len(aLista) > 0
        If ValType(aLista[1]) == "A"
            aLista := aLista[1]
        EndIf
        U_KBPONTO("KBNFTRAN", "NF", {"SF2", "SD2", "SA1", "SA2", "SB1", "SE1"}, {|| KbTransm(aLista)})
        U_KBWAKE()
    EndIf

Return Nil

Static Function KbTransm(aLista)
    Local cNota  := ""
    Local cSerie := ""
    Local nI     := 0

    For nI := 1 To Len(aLista)
        cSerie := SubStr(aLista[nI], 1, 3)
        cNota  := PadR(SubStr(aLista[nI], 4), Len(SF2->F2_DOC))
        SF2->(DbSetOrder(1))
        If SF2->(DbSeek(xFilial("SF2") + cNota + PadR(cSerie, Len(SF2->F2_SERIE))))
            KbNota("transmitida")
        EndIf
    Next nI

Return ""

//---------------------------------------------------------------------------------------
// KBNFKEY: chave da nota posicionada em SF2.
//---------------------------------------------------------------------------------------
User Function KBNFKEY()

Return U_KBCHAVE({SF2->F2_DOC, SF2->F2_SERIE})

Static Function KbNota(cFase)
    Local cTab   := U_KBTAB()
    Local cChave := U_KBNFKEY()
    Local cId    := ""
    Local lGrava := .T.

    // SF2520E e MS520DEL podem disparar os dois para o mesmo cancelamento
    If cFase == "cancelada"
        lGrava := KbUltimo(cTab, cChave) != "nota.cancelada"
    EndIf
    If lGrava
        cId := U_KBENQ(U_KBPAR("MV_KBTPNF", "protheus-notas-fiscais"), cChave, U_KBNFDAD(cFase), "nota." + cFase)
    EndIf

Return cId

Static Function KbUltimo(cTab, cChave)
    Local aArea   := (cTab)->(GetArea())
    Local cEvento := U_KBULT(cTab, cChave)

    RestArea(aArea)

Return cEvento

//---------------------------------------------------------------------------------------
// KBNFDAD: conteudo do evento da nota posicionada. Muda SD2, SA1, SA2, SB1 e SE1 de
// lugar: quem chama os guarda (KBPONTO).
//---------------------------------------------------------------------------------------
User Function KBNFDAD(cFase)
    Local oDados := JsonObject():New()

    oDados["cabecalho"] := KbCabec()
    If cFase != "transmitida"
        oDados["itens"]   := KbItens()
        oDados["titulos"] := KbTitulos()
    EndIf

Return oDados

Static Function KbCabec()
    Local oCab    := JsonObject():New()
    Local oPessoa := U_KBPESSOA(SF2->F2_TIPO, SF2->F2_CLIENTE, SF2->F2_LOJA)

    oCab["documento"]       := RTrim(SF2->F2_DOC)
    oCab["serie"]           := RTrim(SF2->F2_SERIE)
    oCab["tipo"]            := SF2->F2_TIPO
    oCab["especie"]         := U_KBCAMPO("SF2", "F2_ESPECIE")
    oCab["cliente"]         := RTrim(SF2->F2_CLIENTE)
    oCab["loja"]            := RTrim(SF2->F2_LOJA)
    oCab["cadastro"]        := oPessoa["cadastro"]
    oCab["nomeCliente"]     := oPessoa["nome"]
    oCab["emissao"]         := U_KBDATA(SF2->F2_EMISSAO)
    oCab["valorTotal"]      := SF2->F2_VALBRUT
    oCab["valorMercadoria"] := SF2->F2_VALMERC
    oCab["chaveNFe"]        := U_KBCAMPO("SF2", "F2_CHVNFE")
    oCab["autorizadaEm"]    := U_KBCAMPO("SF2", "F2_DAUTNFE")
    oCab["autorizadaHora"]  := U_KBCAMPO("SF2", "F2_HAUTNFE")
    oCab["extras"]          := U_KBEXTRA("SF2")
    oCab["extrasCliente"]   := oPessoa["extras"]

Return oCab

Static Function KbItens()
    Local aItens := {}
    Local oItem  := Nil
    Local cNota  := xFilial("SD2") + SF2->F2_DOC + SF2->F2_SERIE + SF2->F2_CLIENTE + SF2->F2_LOJA

    SB1->(DbSetOrder(1))
    SD2->(DbSetOrder(3))
    SD2->(DbSeek(cNota))
    While !SD2->(Eof()) .And. (SD2->D2_FILIAL + SD2->D2_DOC + SD2->D2_SERIE + SD2->D2_CLIENTE + SD2->D2_LOJA) == cNota
        oItem := JsonObject():New()
        oItem["item"]          := RTrim(SD2->D2_ITEM)
        oItem["produto"]       := RTrim(SD2->D2_COD)
        oItem["descricao"]     := Nil
        If SB1->(DbSeek(xFilial("SB1") + SD2->D2_COD))
            oItem["descricao"] := RTrim(SB1->B1_DESC)
        EndIf
        oItem["unidade"]       := U_KBCAMPO("SD2", "D2_UM")
        oItem["quantidade"]    := SD2->D2_QUANT
        oItem["valorUnitario"] := SD2->D2_PRCVEN
        oItem["valorTotal"]    := SD2->D2_TOTAL
        oItem["tes"]           := RTrim(SD2->D2_TES)
        oItem["cfop"]          := RTrim(SD2->D2_CF)
        oItem["armazem"]       := U_KBCAMPO("SD2", "D2_LOCAL")
        oItem["pedido"]        := U_KBCAMPO("SD2", "D2_PEDIDO")
        oItem["itemPedido"]    := U_KBCAMPO("SD2", "D2_ITEMPV")
        oItem["extras"]        := U_KBEXTRA("SD2")
        aAdd(aItens, oItem)
        SD2->(DbSkip())
    EndDo

Return aItens

//---------------------------------------------------------------------------------------
// Titulos a receber que a nota gerou. Eles nao passam pelos pontos de FINA040.
//---------------------------------------------------------------------------------------
Static Function KbTitulos()
    Local aTitulos := {}
    Local cTitulo  := xFilial("SE1") + SF2->F2_PREFIXO + SF2->F2_DUPL

    If !Empty(SF2->F2_DUPL)
        SE1->(DbSetOrder(1))
        SE1->(DbSeek(cTitulo))
        While !SE1->(Eof()) .And. (SE1->E1_FILIAL + SE1->E1_PREFIXO + SE1->E1_NUM) == cTitulo
            If SE1->E1_CLIENTE == SF2->F2_CLIENTE .And. SE1->E1_LOJA == SF2->F2_LOJA
                aAdd(aTitulos, U_KBTITDAD())
            EndIf
            SE1->(DbSkip())
        EndDo
    EndIf

Return aTitulos
