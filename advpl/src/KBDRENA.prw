#Include "Protheus.ch"

/*
KBDRENA.prw - Esvazia a fila: envia os eventos pendentes a ponte.

Um so por empresa (LockByName). A lista de candidatos e apenas uma lista: o banco mostra
tambem registros de transacoes ainda abertas. Por isso cada registro e travado e relido
antes do envio; o que esta com outra sessao fica para a proxima vez, e a sua chave para.
A ordem de uma chave e mantida: o que vem depois de uma falha, ou de um registro que
ainda nao venceu, espera.
*/

#Define KB_LISTA  2000
#Define KB_BYTES  400000

//---------------------------------------------------------------------------------------
// KBDRENA: devolve quantos eventos foram entregues. nMax > 0 limita a quantidade.
//---------------------------------------------------------------------------------------
User Function KBDRENA(nMax)
    Local aArea    := GetArea()
    Local cTab     := U_KBTAB()
    Local cSemaf   := "KBDRENA" + cTab
    Local cErro    := ""
    Local xEnviado := 0

    Default nMax := 0

    If LockByName(cSemaf, .T., .F.)
        xEnviado := U_KBSEG({|| KbEsvazia(cTab, nMax)}, @cErro)
        If !Empty(cErro)
            U_KBLOG("ERROR", "KBDRENA", cErro)
            MsUnlockAll()
        EndIf
        U_KBSEG({|| U_KBPURGE()}, @cErro)
        UnLockByName(cSemaf, .T., .F.)
    EndIf
    RestArea(aArea)
    If ValType(xEnviado) != "N"
        xEnviado := 0
    EndIf

Return xEnviado

//---------------------------------------------------------------------------------------
// aConta: {entregues, resolvidos (entregues, recusados ou desistidos), parar}
//---------------------------------------------------------------------------------------
Static Function KbEsvazia(cTab, nMax)
    Local aPontes := U_KBPONTES()
    Local aConta  := {0, 0, .F.}
    Local aCand   := {}
    Local oPara   := Nil
    Local nAntes  := -1

    While !aConta[3] .And. aConta[2] > nAntes
        nAntes := aConta[2]
        oPara  := JsonObject():New()
        aCand  := KbLista(cTab, oPara)
        KbPassada(cTab, aPontes, aCand, oPara, aConta, nMax)
        FreeObj(oPara)
    EndDo

Return aConta[1]

//---------------------------------------------------------------------------------------
// Candidatos na ordem de inclusao: {registro, topico, ordem, usado}. O indice os traz por
// hora; a ordem final e a do registro, porque os relogios de dois AppServers podem diferir.
//---------------------------------------------------------------------------------------
Static Function KbLista(cTab, oPara)
    Local aCand   := {}
    Local cFila   := xFilial(cTab) + "1"
    Local cOrdem  := ""
    Local cTopico := ""

    (cTab)->(DbSetOrder(2))
    (cTab)->(DbSeek(cFila))
    While !(cTab)->(Eof()) .And. Len(aCand) < KB_LISTA .And. ;
        U_KBLE(cTab, "FILIAL") + U_KBLE(cTab, "STATUS") == cFila

        cTopico := RTrim(U_KBLE(cTab, "TOPICO"))
        cOrdem  := cTopico + "|" + RTrim(U_KBLE(cTab, "CHAVE"))
        If !oPara:HasProperty(cOrdem)
            If KbVencida(cTab)
                aAdd(aCand, {(cTab)->(Recno()), cTopico, cOrdem, .F.})
            Else
                oPara[cOrdem] := .T.
            EndIf
        EndIf
        (cTab)->(DbSkip())
    EndDo
    aSort(aCand, , , {|aUm, aOutro| aUm[1] < aOutro[1]})

Return aCand

Static Function KbVencida(cTab)
    Local dProx := U_KBLE(cTab, "DTPROX")

Return Empty(dProx) .Or. DtoS(dProx) + U_KBLE(cTab, "HRPROX") <= DtoS(Date()) + Time()

Static Function KbPassada(cTab, aPontes, aCand, oPara, aConta, nMax)
    Local aLote := {}
    Local nI    := 1
    Local nCabe := 0

    While nI <= Len(aCand) .And. !aConta[3]
        If aCand[nI][4]
            nI += 1
        Else
            nCabe := KbTamLote()
            If nMax > 0 .And. nMax - aConta[1] < nCabe
                nCabe := nMax - aConta[1]
            EndIf
            If nCabe <= 0
                aConta[3] := .T.
            Else
                aLote := KbLote(cTab, aCand, nI, nCabe, oPara)
                If Len(aLote) > 0
                    KbEnvia(cTab, aPontes, aCand[nI][2], aLote, oPara, aConta)
                EndIf
            EndIf
        EndIf
    EndDo

Return Nil

Static Function KbTamLote()
    Local nLote := U_KBPAR("MV_KBLOTE", 100)

    If nLote < 1 .Or. nLote > 500
        nLote := 100
    EndIf

Return nLote

//---------------------------------------------------------------------------------------
// Um lote de um topico, a partir do candidato nIni, ja travado e relido:
// {registro, id, chave, json, tentativas, ordem}. O primeiro candidato sempre e usado.
//---------------------------------------------------------------------------------------
// Lock: passed on
Static Function KbLote(cTab, aCand, nIni, nCabe, oPara)
    Local aLote   := {}
    Local aLinha  := {}
    Local cTopico := aCand[nIni][2]
    Local lCheio  := .F.
    Local nBytes  := 0
    Local nI      := nIni

    While nI <= Len(aCand) .And. !lCheio
        If !aCand[nI][4] .And. aCand[nI][2] == cTopico
            aLinha := KbToma(cTab, aCand[nI], oPara)
            If Len(aLinha) > 0 .And. Len(aLote) > 0 .And. nBytes + Len(aLinha[4]) > KB_BYTES
                (cTab)->(MsUnlock())
                lCheio := .T.
            Else
                aCand[nI][4] := .T.
                If Len(aLinha) > 0
                    aAdd(aLote, aLinha)
                    nBytes += Len(aLinha[4])
                    lCheio := Len(aLote) >= nCabe
                EndIf
            EndIf
        EndIf
        nI += 1
    EndDo

Return aLote

//---------------------------------------------------------------------------------------
// Trava e rele um candidato. Vazio: nao vai neste lote. Um registro que esta com outra
// sessao pode ser de uma transacao aberta: a sua chave espera.
//---------------------------------------------------------------------------------------
// Lock: passed on
Static Function KbToma(cTab, aItem, oPara)
    Local aLinha := {}
    Local nTrava := 0

    If !oPara:HasProperty(aItem[3])
        nTrava := U_KBTRAVA(cTab, aItem[1])
        If nTrava == 0
            oPara[aItem[3]] := .T.
        ElseIf nTrava == 1
            If U_KBLE(cTab, "STATUS") == "1"
                aLinha := {aItem[1], RTrim(U_KBLE(cTab, "ID")), RTrim(U_KBLE(cTab, "CHAVE")), ;
                    AllTrim(U_KBLE(cTab, "JSON")), U_KBLE(cTab, "TENT"), aItem[3]}
            Else
                (cTab)->(MsUnlock())
            EndIf
        EndIf
    EndIf

Return aLinha

//---------------------------------------------------------------------------------------
// Envia um lote e grava o resultado. Um lote recusado nao foi aceito em parte alguma:
// vai de novo um por um, para que so o registro ruim termine como recusado.
//---------------------------------------------------------------------------------------
Static Function KbEnvia(cTab, aPontes, cTopico, aLote, oPara, aConta)
    Local aResp  := {}
    Local cIdemp := ""
    Local nI     := 0

    If Len(aLote) == 1
        cIdemp := aLote[1][2]
    EndIf
    aResp := U_KBHTTP(aPontes, cTopico, KbCorpo(aLote), cIdemp, Len(aLote))

    If aResp[1] == 200 .Or. aResp[1] == 201
        For nI := 1 To Len(aLote)
            KbConta(KbEnviada(cTab, aLote[nI], aResp[1], aResp[2][nI]), aConta, 1)
        Next nI
    ElseIf U_KBREPETE(aResp[1])
        For nI := 1 To Len(aLote)
            KbAdiada(cTab, aLote[nI], aResp, aConta)
            oPara[aLote[nI][6]] := .T.
        Next nI
        aConta[3] := .T.
    ElseIf Len(aLote) == 1
        KbConta(KbRecusada(cTab, aLote[1], aResp), aConta, 0)
        oPara[aLote[1][6]] := .T.
    Else
        For nI := 1 To Len(aLote)
            If aConta[3] .Or. oPara:HasProperty(aLote[nI][6])
                KbSolta(cTab, aLote[nI])
            Else
                KbEnvia(cTab, aPontes, cTopico, {aLote[nI]}, oPara, aConta)
            EndIf
        Next nI
    EndIf

Return Nil

//---------------------------------------------------------------------------------------
// Um resultado que nao pode ser gravado acaba com a execucao: o registro continua pendente,
// e sem isso seria enviado de novo sem parar (a ponte o reconhece pelo id).
//---------------------------------------------------------------------------------------
Static Function KbConta(lGravou, aConta, nEntregue)

    If lGravou
        aConta[1] += nEntregue
        aConta[2] += 1
    Else
        aConta[3] := .T.
    EndIf

Return Nil

//---------------------------------------------------------------------------------------
// O texto gravado na fila vai como esta, sem ser lido e escrito de novo: assim uma
// repeticao tem os mesmos bytes e a ponte a reconhece pelo id.
//---------------------------------------------------------------------------------------
Static Function KbCorpo(aLote)
    Local cCorpo := ""
    Local nI     := 0

    If Len(aLote) == 1
        cCorpo := KbRegistro(aLote[1])
    Else
        cCorpo := '{"records":['
        For nI := 1 To Len(aLote)
            If nI > 1
                cCorpo += ","
            EndIf
            cCorpo += KbRegistro(aLote[nI])
        Next nI
        cCorpo += "]}"
    EndIf

Return cCorpo

Static Function KbRegistro(aLinha)
    Local oReg := JsonObject():New()
    Local cReg := ""

    oReg["key"]        := aLinha[3]
    oReg["message_id"] := aLinha[2]
    cReg := oReg:ToJson()
    FreeObj(oReg)

Return SubStr(cReg, 1, Len(cReg) - 1) + ',"data":' + aLinha[4] + "}"

Static Function KbEnviada(cTab, aLinha, nHttp, oOffset)
    Local lGravou := .F.

    (cTab)->(DbGoTo(aLinha[1]))
    lGravou := RecLock(cTab, .F.)
    If lGravou
        KbAnota(cTab, aLinha, nHttp, "")
        U_KBGRV(cTab, "OFFSET", SubStr(cValToChar(oOffset["offset"]), 1, 20))
        U_KBGRV(cTab, "PARTIC", KbNumero(oOffset["partition"]))
        U_KBGRV(cTab, "DTENV",  Date())
        U_KBGRV(cTab, "HRENV",  Time())
        U_KBGRV(cTab, "STATUS", "2")
        (cTab)->(MsUnlock())
    EndIf

Return lGravou

Static Function KbRecusada(cTab, aLinha, aResp)
    Local lGravou := .F.

    (cTab)->(DbGoTo(aLinha[1]))
    lGravou := RecLock(cTab, .F.)
    If lGravou
        KbAnota(cTab, aLinha, aResp[1], aResp[3])
        U_KBGRV(cTab, "STATUS", "3")
        (cTab)->(MsUnlock())
    EndIf
    U_KBLOG("WARN", "KBDRENA", "Recusado " + aLinha[2] + " " + cValToChar(aResp[1]) + " " + aResp[3])

Return lGravou

//---------------------------------------------------------------------------------------
// O limite MV_KBTENT so vale para respostas 4xx. Uma ponte fora do ar nunca faz um evento
// ser abandonado.
//---------------------------------------------------------------------------------------
Static Function KbAdiada(cTab, aLinha, aResp, aConta)
    Local lDesiste := aResp[1] >= 400 .And. aResp[1] < 500 .And. ;
        aLinha[5] + 1 >= U_KBPAR("MV_KBTENT", 100)
    Local aProx    := KbProxima(aLinha[5])

    (cTab)->(DbGoTo(aLinha[1]))
    If RecLock(cTab, .F.)
        KbAnota(cTab, aLinha, aResp[1], aResp[3])
        U_KBGRV(cTab, "DTPROX", aProx[1])
        U_KBGRV(cTab, "HRPROX", aProx[2])
        If lDesiste
            U_KBGRV(cTab, "STATUS", "9")
            aConta[2] += 1
        EndIf
        (cTab)->(MsUnlock())
    EndIf

Return Nil

// Lock: passed on
Static Function KbSolta(cTab, aLinha)

    (cTab)->(DbGoTo(aLinha[1]))
    (cTab)->(MsUnlock())

Return Nil

Static Function KbAnota(cTab, aLinha, nHttp, cMsg)
    Local nTent := aLinha[5] + 1

    If nTent > 999
        nTent := 999
    EndIf
    U_KBGRV(cTab, "TENT", nTent)
    U_KBGRV(cTab, "HTTP", nHttp)
    U_KBGRV(cTab, "MSG",  SubStr(cMsg, 1, 120))

Return Nil

Static Function KbNumero(xValor)

Return IIf(ValType(xValor) == "N", xValor, Val(cValToChar(xValor)))

//---------------------------------------------------------------------------------------
// Espera antes da proxima tentativa: MV_KBESPER segundos (15), em dobro a cada vez, ate
// MV_KBESPMX (300). Devolve {data, hora}.
//---------------------------------------------------------------------------------------
Static Function KbProxima(nTent)
    Local nEspera := U_KBPAR("MV_KBESPER", 15)
    Local nTeto   := U_KBPAR("MV_KBESPMX", 300)
    Local cHora   := Time()
    Local nSeg    := 0
    Local nI      := 1

    While nI <= nTent .And. nEspera < nTeto
        nEspera := nEspera * 2
        nI += 1
    EndDo
    If nEspera > nTeto
        nEspera := nTeto
    EndIf
    nSeg := Val(SubStr(cHora, 1, 2)) * 3600 + Val(SubStr(cHora, 4, 2)) * 60 + Val(SubStr(cHora, 7, 2))
    nSeg := nSeg + nEspera

Return {Date() + Int(nSeg / 86400), KbHora(nSeg % 86400)}

Static Function KbHora(nSeg)

Return StrZero(Int(nSeg / 3600), 2) + ":" + StrZero(Int((nSeg % 3600) / 60), 2) + ":" + StrZero(nSeg % 60, 2)
