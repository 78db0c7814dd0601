#Include "Protheus.ch"

/*
KBRECON.prw - Conciliacao: poe na fila os documentos que nao tem registro nela (antes da
instalacao, ou um ponto de entrada que alguem retirou).
*/

//---------------------------------------------------------------------------------------
// KBRECON: notas, pedidos e titulos da filial corrente, com emissao no periodo. Devolve
// quantos eventos gravou. Le SF2, SC5 e SE1 da filial inteira: rodar fora do horario.
// O que e mais velho que a retencao fica fora: pode ter sido entregue e apagado da fila.
//---------------------------------------------------------------------------------------
User Function KBRECON(dIni, dFim)
    Local nReten := U_KBPAR("MV_KBRETEN", 30)
    Local nTotal := 0
    Local cErro  := ""
    Local aAreas := {}
    Local nI     := 0

    Default dIni := Date() - 1
    Default dFim := Date()

    If nReten > 0 .And. dIni < Date() - nReten
        dIni := Date() - nReten
        U_KBLOG("WARN", "KBRECON", "Inicio ajustado pela retencao: " + DtoS(dIni))
    EndIf
    aAdd(aAreas, GetArea())
    nTotal := U_KBSEG({|| KbConcilia(dIni, dFim, aAreas)}, @cErro)
    For nI := Len(aAreas) To 1 Step -1
        RestArea(aAreas[nI])
    Next nI
    If !Empty(cErro)
        U_KBLOG("ERROR", "KBRECON", cErro)
        nTotal := 0
    EndIf
    If nTotal > 0
        U_KBWAKE()
    EndIf

Return nTotal

Static Function KbConcilia(dIni, dFim, aAreas)
    Local aAlias := {"SF2", "SC5", "SE1"}
    Local nTotal := 0
    Local nI     := 0

    For nI := 1 To Len(aAlias)
        DbSelectArea(aAlias[nI])
        aAdd(aAreas, (aAlias[nI])->(GetArea()))
    Next nI
    If U_KBLIGA("NF")
        nTotal += KbVarre("SF2", "F2_FILIAL", "F2_EMISSAO", dIni, dFim, {|| KbNota()})
    EndIf
    If U_KBLIGA("PED")
        nTotal += KbVarre("SC5", "C5_FILIAL", "C5_EMISSAO", dIni, dFim, {|| KbPedido()})
    EndIf
    If U_KBLIGA("TIT")
        nTotal += KbVarre("SE1", "E1_FILIAL", "E1_EMISSAO", dIni, dFim, {|| KbTitulo()})
    EndIf

Return nTotal

//---------------------------------------------------------------------------------------
// Primeiro a lista, depois um documento por vez, travado e relido: o banco mostra tambem
// documentos de transacoes abertas, e destes o evento ainda pode sumir com o documento.
//---------------------------------------------------------------------------------------
Static Function KbVarre(cAlias, cFilCpo, cDtCpo, dIni, dFim, bGrava)
    Local nFilial := (cAlias)->(FieldPos(cFilCpo))
    Local nData   := (cAlias)->(FieldPos(cDtCpo))
    Local cFil    := xFilial(cAlias)
    Local aRecs   := {}
    Local nTotal  := 0
    Local nI      := 0

    (cAlias)->(DbSetOrder(1))
    (cAlias)->(DbSeek(cFil))
    While !(cAlias)->(Eof()) .And. (cAlias)->(FieldGet(nFilial)) == cFil
        If (cAlias)->(FieldGet(nData)) >= dIni .And. (cAlias)->(FieldGet(nData)) <= dFim
            aAdd(aRecs, (cAlias)->(Recno()))
        EndIf
        (cAlias)->(DbSkip())
    EndDo

    For nI := 1 To Len(aRecs)
        If U_KBTRAVA(cAlias, aRecs[nI]) == 1
            nTotal += Eval(bGrava)
            (cAlias)->(MsUnlock())
        EndIf
    Next nI

Return nTotal

Static Function KbFalta(cChave, cEvento)
    Local cTab  := U_KBTAB()
    Local aArea := (cTab)->(GetArea())
    Local lTem  := U_KBTEM(cTab, cChave, cEvento)

    RestArea(aArea)

Return !lTem

Static Function KbNota()
    Local nFez := 0

    If KbFalta(U_KBNFKEY(), "nota.emitida")
        If !Empty(U_KBNF("emitida"))
            nFez += 1
        EndIf
    EndIf
    If !Empty(U_KBCAMPO("SF2", "F2_CHVNFE")) .And. KbFalta(U_KBNFKEY(), "nota.transmitida")
        If !Empty(U_KBNF("transmitida"))
            nFez += 1
        EndIf
    EndIf

Return nFez

Static Function KbPedido()
    Local nFez := 0

    If KbFalta(U_KBPEDKEY(), "pedido.incluido") .And. KbFalta(U_KBPEDKEY(), "pedido.alterado")
        If !Empty(U_KBPONTO("KBRECON", "PED", {"SC6", "SA1", "SA2", "SB1"}, {|| U_KBPEDENF("incluido")}))
            nFez := 1
        EndIf
    EndIf

Return nFez

//---------------------------------------------------------------------------------------
// So titulos digitados em Contas a Receber: os de uma nota vao com a nota.
//---------------------------------------------------------------------------------------
Static Function KbTitulo()
    Local nFez := 0

    If RTrim(SE1->E1_ORIGEM) == "FINA040" .And. KbFalta(U_KBTITKEY(), "titulo.incluido")
        If !Empty(U_KBTIT("incluido"))
            nFez := 1
        EndIf
    EndIf

Return nFez
