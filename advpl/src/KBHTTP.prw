#Include "Protheus.ch"

/*
KBHTTP.prw - Envio a ponte por FWRest.

Regras do FWRest que valem aqui: o codigo HTTP e um texto, ou Nil sem resposta; nTimeOut
tem de ser numero; o corpo vai por SetPostParams; sem SetChkStatus(.F.) o corpo de uma
resposta de erro nao pode ser lido. Um metodo que uma versao antiga da LIB nao tem so e
chamado depois de MethIsMemberOf.

Nunca chamar de um ponto de entrada: so do job (KBDRENA) ou da tela (KBSTAT).
*/

//---------------------------------------------------------------------------------------
// KBPONTES: lista ordenada dos enderecos das pontes (MV_KAFKABR, separados por virgula).
//---------------------------------------------------------------------------------------
User Function KBPONTES()
    Local aPontes := U_KBLISTA(U_KBPAR("MV_KAFKABR", "http://localhost:8081"), ",")
    Local nI      := 0

    For nI := 1 To Len(aPontes)
        If Right(aPontes[nI], 1) == "/"
            aPontes[nI] := SubStr(aPontes[nI], 1, Len(aPontes[nI]) - 1)
        EndIf
    Next nI

Return aPontes

//---------------------------------------------------------------------------------------
// KBREPETE: esta resposta pede que se tente de novo? 0 e sem resposta. 401, 403 e 407
// falam da instalacao (chave de API, direitos), nao do evento: ele espera na fila.
//---------------------------------------------------------------------------------------
User Function KBREPETE(nHttp)
    Local lRepete := .T.

    If nHttp == 200 .Or. nHttp == 201
        lRepete := .F.
    ElseIf nHttp >= 400 .And. nHttp < 500
        lRepete := nHttp == 401 .Or. nHttp == 403 .Or. nHttp == 407 .Or. ;
            nHttp == 408 .Or. nHttp == 425 .Or. nHttp == 429
    EndIf

Return lRepete

//---------------------------------------------------------------------------------------
// KBHTTP: envia um corpo a primeira ponte que responder. nQtd registros no corpo.
// Devolve {codigo HTTP (0 sem resposta valida), offsets, mensagem}. Uma ponte que nao
// responde vai para o fim de aPontes quando outra responde: assim a espera pelo tempo
// limite acontece uma vez por execucao, nao uma vez por lote.
//---------------------------------------------------------------------------------------
User Function KBHTTP(aPontes, cTopico, cCorpo, cIdemp, nQtd)
    Local aRet  := {0, {}, "Nenhuma ponte em MV_KAFKABR"}
    Local aHead := {}
    Local xUtf8 := EncodeUTF8(cCorpo, "cp1252")
    Local nI    := 0

    // Bytes que nao sao cp1252: vao como estao, e o cabecalho diz o que sao
    If ValType(xUtf8) == "C" .And. !Empty(xUtf8)
        cCorpo := xUtf8
        aAdd(aHead, "Content-Type: application/json; charset=utf-8")
    Else
        aAdd(aHead, "Content-Type: application/json; charset=windows-1252")
    EndIf
    aAdd(aHead, "Accept: application/json")
    If !Empty(cIdemp)
        aAdd(aHead, "Idempotency-Key: " + cIdemp)
    EndIf
    KbCredenc(aHead)

    For nI := 1 To Len(aPontes)
        aRet := KbPosta(aPontes[nI], cTopico, cCorpo, aHead, nQtd)
        If !U_KBREPETE(aRet[1])
            Exit
        EndIf
    Next nI
    If nI > 1 .And. nI <= Len(aPontes)
        KbRoda(aPontes, nI - 1)
    EndIf

Return aRet

//---------------------------------------------------------------------------------------
// KBSAUDE: GET em um caminho da ponte. Devolve {codigo HTTP, texto}.
//---------------------------------------------------------------------------------------
User Function KBSAUDE(cPonte, cCaminho)
    Local aRet  := {0, ""}
    Local aHead := {"Accept: application/json"}
    Local cErro := ""

    KbCredenc(aHead)
    U_KBSEG({|| KbBusca(cPonte, cCaminho, aHead, aRet)}, @cErro)
    If !Empty(cErro)
        aRet[2] := cErro
    EndIf

Return aRet

Static Function KbBusca(cPonte, cCaminho, aHead, aRet)
    Local oRest := KbCliente(cPonte, cCaminho)
    Local lOk   := oRest:Get(aHead)

    aRet[1] := KbCodigo(oRest, lOk)
    aRet[2] := cValToChar(oRest:GetResult())
    FreeObj(oRest)

Return Nil

Static Function KbCredenc(aHead)
    Local cApi := U_KBPAR("MV_KBCHAVE", "")

    If !Empty(cApi)
        aAdd(aHead, "Authorization: Bearer " + cApi)
    EndIf

Return Nil

Static Function KbCliente(cPonte, cCaminho)
    Local oRest := FWRest():New(cPonte)

    oRest:nTimeOut := KbTempo()
    If MethIsMemberOf(oRest, "SetChkStatus")
        oRest:SetChkStatus(.F.)
    EndIf
    oRest:SetPath(cCaminho)

Return oRest

Static Function KbTempo()
    Local nTempo := U_KBPAR("MV_KAFKATO", 15)

    If nTempo < 1 .Or. nTempo > 120
        nTempo := 15
    EndIf

Return nTempo

//---------------------------------------------------------------------------------------
// Um erro dentro do FWRest (nome que nao resolve, certificado) vale como sem resposta.
//---------------------------------------------------------------------------------------
Static Function KbPosta(cPonte, cTopico, cCorpo, aHead, nQtd)
    Local aRet  := {0, {}, ""}
    Local cErro := ""

    U_KBSEG({|| KbPost(cPonte, cTopico, cCorpo, aHead, nQtd, aRet)}, @cErro)
    If !Empty(cErro)
        aRet[1] := 0
        aRet[3] := cErro
    EndIf

Return aRet

Static Function KbPost(cPonte, cTopico, cCorpo, aHead, nQtd, aRet)
    Local oRest := KbCliente(cPonte, "/topics/" + cTopico)
    Local oResp := JsonObject():New()
    Local xTexto := Nil
    Local nHttp := 0

    oRest:SetPostParams(cCorpo)
    nHttp  := KbCodigo(oRest, oRest:Post(aHead))
    xTexto := oRest:GetResult()
    If nHttp == 200 .Or. nHttp == 201
        aRet[3] := "Resposta " + cValToChar(nHttp) + " que nao e da ponte"
        If ValType(xTexto) == "C" .And. oResp:FromJson(xTexto) == Nil
            KbAceita(oResp, nHttp, nQtd, aRet)
        EndIf
    Else
        aRet[1] := nHttp
        aRet[3] := KbMotivo(oRest, oResp, xTexto)
    EndIf
    FreeObj(oRest)

Return Nil

//---------------------------------------------------------------------------------------
// Um 200 sem um offset para cada registro nao e uma entrega (um proxy no caminho tambem
// responde 200): o evento fica na fila.
//---------------------------------------------------------------------------------------
Static Function KbAceita(oResp, nHttp, nQtd, aRet)
    Local aOffsets := Nil

    If oResp:HasProperty("offsets")
        aOffsets := oResp["offsets"]
    EndIf
    If ValType(aOffsets) == "A" .And. Len(aOffsets) == nQtd
        aRet[1] := nHttp
        aRet[2] := aOffsets
        aRet[3] := ""
    EndIf

Return Nil

Static Function KbMotivo(oRest, oResp, xTexto)
    Local cMotivo := ""

    If ValType(xTexto) == "C" .And. SubStr(xTexto, 1, 1) == "{"
        If oResp:FromJson(xTexto) == Nil .And. oResp:HasProperty("code")
            cMotivo := cValToChar(oResp["code"]) + ": "
            If oResp:HasProperty("detail")
                cMotivo += cValToChar(oResp["detail"])
            EndIf
        EndIf
    EndIf
    If Empty(cMotivo)
        cMotivo := cValToChar(oRest:GetLastError())
    EndIf

Return SubStr(cMotivo, 1, 120)

//---------------------------------------------------------------------------------------
// Codigo HTTP, 0 sem resposta. Sem GetHTTPCode (LIB antiga) um verbo com sucesso e 200, e
// um erro e o numero com que comeca o texto de GetLastError.
//---------------------------------------------------------------------------------------
Static Function KbCodigo(oRest, lOk)
    Local xCodigo := Nil
    Local nHttp   := 0

    If MethIsMemberOf(oRest, "GetHTTPCode")
        xCodigo := oRest:GetHTTPCode()
        If ValType(xCodigo) == "C"
            nHttp := Val(xCodigo)
        ElseIf ValType(xCodigo) == "N"
            nHttp := xCodigo
        EndIf
    ElseIf lOk
        nHttp := 200
    Else
        nHttp := Val(SubStr(AllTrim(cValToChar(oRest:GetLastError())), 1, 3))
        If nHttp < 400 .Or. nHttp > 599
            nHttp := 0
        EndIf
    EndIf

Return nHttp

Static Function KbRoda(aPontes, nVezes)
    Local cPonte := ""
    Local nI     := 0

    For nI := 1 To nVezes
        cPonte := aPontes[1]
        aDel(aPontes, 1)
        aPontes[Len(aPontes)] := cPonte
    Next nI

Return Nil
