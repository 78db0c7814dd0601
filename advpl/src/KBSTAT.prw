#Include "Protheus.ch"

/*
KBSTAT.prw - Verificacao rapida: quantos eventos em cada situacao, o mais antigo pendente
e se cada ponte responde.
*/

//---------------------------------------------------------------------------------------
// KBSTAT: devolve um JsonObject e, com tela, mostra o texto. Fala com a rede: nunca chamar
// de um ponto de entrada.
//---------------------------------------------------------------------------------------
User Function KBSTAT()
    Local cTab    := U_KBTAB()
    Local aArea   := (cTab)->(GetArea())
    Local oStat   := JsonObject():New()
    Local cTexto  := ""
    Local aPontes := U_KBPONTES()
    Local aSaude  := {}
    Local aLista  := {}
    Local oPonte  := Nil
    Local nI      := 0

    oStat["pendentes"]   := KbConta(cTab, "1")
    oStat["enviadas"]    := KbConta(cTab, "2")
    oStat["recusadas"]   := KbConta(cTab, "3")
    oStat["desistidas"]  := KbConta(cTab, "9")
    oStat["maisAntiga"]  := KbAntiga(cTab)
    RestArea(aArea)
    For nI := 1 To Len(aPontes)
        aSaude := U_KBSAUDE(aPontes[nI], "/health/ready")
        oPonte := JsonObject():New()
        oPonte["url"]    := aPontes[nI]
        oPonte["http"]   := aSaude[1]
        oPonte["aceita"] := aSaude[1] == 200
        aAdd(aLista, oPonte)
        cTexto += Chr(13) + Chr(10) + aPontes[nI] + ": " + IIf(aSaude[1] == 200, "aceita", "nao aceita (" + cValToChar(aSaude[1]) + ")")
    Next nI
    oStat["pontes"] := aLista

    If !IsBlind()
        MsgInfo(KbTexto(oStat) + cTexto, "Ponte Kafka")
    EndIf

Return oStat

Static Function KbTexto(oStat)
    Local cTexto := "Pendentes: " + cValToChar(oStat["pendentes"])

    cTexto += " Enviadas: " + cValToChar(oStat["enviadas"])
    cTexto += " Recusadas: " + cValToChar(oStat["recusadas"])
    cTexto += " Desistidas: " + cValToChar(oStat["desistidas"])
    If !Empty(oStat["maisAntiga"])
        cTexto += Chr(13) + Chr(10) + "Pendente mais antiga: " + oStat["maisAntiga"]
    EndIf

Return cTexto

Static Function KbConta(cTab, cSituacao)
    Local cFila := xFilial(cTab) + cSituacao
    Local nQtd  := 0

    (cTab)->(DbSetOrder(2))
    (cTab)->(DbSeek(cFila))
    While !(cTab)->(Eof()) .And. U_KBLE(cTab, "FILIAL") + U_KBLE(cTab, "STATUS") == cFila
        nQtd += 1
        (cTab)->(DbSkip())
    EndDo

Return nQtd

Static Function KbAntiga(cTab)
    Local cQuando := ""

    (cTab)->(DbSetOrder(2))
    If (cTab)->(DbSeek(xFilial(cTab) + "1"))
        cQuando := U_KBDATA(U_KBLE(cTab, "DTINC")) + " " + U_KBLE(cTab, "HRINC")
    EndIf

Return cQuando
