#Include "Protheus.ch"

/*
KAFKA.prw - Os nomes antigos, U_SENDKAFKA e U_TESTKAFKA, agora sobre a fila.

Quem ja os chama nao muda nada: os parametros MV_KAFKABR (pontes) e MV_KAFKATO (segundos)
continuam. O topico vem de MV_KAFKATP; MV_KAFKATPC, de 11 caracteres, nunca pode existir.
*/

//---------------------------------------------------------------------------------------
// SENDKAFKA: poe a nota na fila, com o conteudo de antes (cabecalho, itens, metadata, sem
// envelope), e acorda o job. Nunca espera pela rede. Devolve .T. quando gravou.
//---------------------------------------------------------------------------------------
User Function SENDKAFKA(cNumNF, cSerie, cCliente, cLoja)
    Local cId := ""

    cId := U_KBPONTO("SENDKAFKA", "", {"SF2", "SD2", "SA1", "SA2", "SB1", "SE1"}, ;
        {|| KbAntiga(cNumNF, cSerie, cCliente, cLoja)})
    If !Empty(cId)
        U_KBWAKE()
    EndIf

Return !Empty(cId)

Static Function KbAntiga(cNumNF, cSerie, cCliente, cLoja)
    Local oDados := Nil
    Local oMeta  := JsonObject():New()
    Local aItens := {}
    Local cBusca := xFilial("SF2") + PadR(cNumNF, Len(SF2->F2_DOC)) + PadR(cSerie, Len(SF2->F2_SERIE))
    Local cId    := ""
    Local nI     := 0

    cBusca += PadR(cCliente, Len(SF2->F2_CLIENTE)) + PadR(cLoja, Len(SF2->F2_LOJA))
    SF2->(DbSetOrder(1))
    If SF2->(DbSeek(cBusca))
        oDados := U_KBNFDAD("emitida")
        aItens := oDados["itens"]
        For nI := 1 To Len(aItens)
            aItens[nI]["cf"] := aItens[nI]["cfop"]
        Next nI
        oMeta["empresa"]       := cEmpAnt
        oMeta["filial"]        := RTrim(cFilAnt)
        oMeta["dataHoraEnvio"] := FWTimeStamp(5)
        oMeta["usuario"]       := KbUsuario()
        oDados["metadata"]     := oMeta
        cId := U_KBENQ(KbTopico(), U_KBNFKEY(), oDados, "nota.emitida.v0", .T.)
    Else
        Break("Nota nao encontrada: " + cNumNF + " " + cSerie)
    EndIf

Return cId

Static Function KbTopico()

Return U_KBPAR("MV_KAFKATP", "protheus-notas-fiscais")

Static Function KbUsuario()
    Local cUsuario := ""

    If Type("cUserName") == "C"
        cUsuario := RTrim(cUserName)
    EndIf

Return cUsuario

//---------------------------------------------------------------------------------------
// TESTKAFKA: teste manual, da tela: grava um evento de teste, envia a fila e mostra o
// resultado. Nao chamar de um ponto de entrada.
//---------------------------------------------------------------------------------------
User Function TESTKAFKA()
    Local oDados := JsonObject():New()
    Local cTab   := U_KBTAB()
    Local aArea  := (cTab)->(GetArea())
    Local cId    := ""
    Local cTexto := ""
    Local lOk    := .F.

    oDados["texto"]   := "Teste da ponte Kafka"
    oDados["usuario"] := KbUsuario()
    cId := U_KBENQ(KbTopico(), U_KBCHAVE({"TESTE"}), oDados, "ponte.teste")
    If Empty(cId)
        cTexto := "O evento nao foi gravado na fila: veja o log do AppServer."
    Else
        U_KBDRENA()
        (cTab)->(DbSetOrder(1))
        If (cTab)->(DbSeek(xFilial(cTab) + cId))
            lOk    := U_KBLE(cTab, "STATUS") == "2"
            cTexto := "Situacao " + U_KBLE(cTab, "STATUS") + ", HTTP " + cValToChar(U_KBLE(cTab, "HTTP"))
            If lOk
                cTexto += ", particao " + cValToChar(U_KBLE(cTab, "PARTIC")) + ", offset " + RTrim(U_KBLE(cTab, "OFFSET"))
            Else
                cTexto += ", " + RTrim(U_KBLE(cTab, "MSG"))
            EndIf
        EndIf
    EndIf
    RestArea(aArea)
    If lOk
        MsgInfo(cTexto, "Ponte Kafka")
    Else
        MsgStop(cTexto, "Ponte Kafka")
    EndIf

Return lOk
