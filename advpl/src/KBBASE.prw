#Include "Protheus.ch"

/*
KBBASE.prw - Base da ponte: parametros, registro de falhas e protecao da rotina padrao.

Regra da casa: uma falha nossa nunca impede a rotina do usuario (MV_KBFALH = 1). Com
MV_KBFALH = 2 a falha ao gravar o evento desfaz a transacao do documento.
*/

//---------------------------------------------------------------------------------------
// KBPAR: valor de um parametro SX6, sempre no tipo de xPadrao.
// Nao usa SuperGetMV, que guarda o valor ate a troca do AppServer. Um conteudo de outro
// tipo e convertido, porque um texto no tempo limite do FWRest derruba a thread.
//---------------------------------------------------------------------------------------
User Function KBPAR(cNome, xPadrao)
    Local xValor := GetNewPar(cNome, xPadrao)
    Local cTipo  := ValType(xPadrao)

    If cTipo == "C"
        xValor := AllTrim(cValToChar(xValor))
        If Empty(xValor)
            xValor := xPadrao
        EndIf
    ElseIf cTipo == "N" .And. ValType(xValor) != "N"
        xValor := Val(cValToChar(xValor))
    ElseIf cTipo == "L" .And. ValType(xValor) != "L"
        xValor := Upper(AllTrim(cValToChar(xValor))) $ ".T.;T;S;1"
    EndIf

Return xValor

//---------------------------------------------------------------------------------------
// KBLIGA: a familia de eventos esta ligada nesta filial? Familia vazia = sempre.
//---------------------------------------------------------------------------------------
User Function KBLIGA(cFamilia)
    Local lLigada := .T.

    If !Empty(cFamilia)
        lLigada := (cFamilia + ";") $ (U_KBPAR("MV_KBEVTS", "NF;PED;EST;TIT") + ";")
    EndIf

Return lLigada

//---------------------------------------------------------------------------------------
// KBLOG: uma linha no log do AppServer. cNivel: INFO, WARN ou ERROR.
//---------------------------------------------------------------------------------------
User Function KBLOG(cNivel, cOnde, cTexto)

    FWLogMsg(cNivel, "", "PONTE", cOnde, "", "01", cTexto, 0, 0, {})

Return Nil

//---------------------------------------------------------------------------------------
// KBERRO: texto curto de um erro apanhado por Recover.
//---------------------------------------------------------------------------------------
User Function KBERRO(oErro)
    Local cTexto := "erro sem descricao"

    If ValType(oErro) == "O"
        cTexto := cValToChar(oErro:Description)
    ElseIf ValType(oErro) == "C"
        cTexto := oErro
    EndIf

Return SubStr(cTexto, 1, 250)

//---------------------------------------------------------------------------------------
// KBFALHA: politica de falha ao gravar um evento. MV_KBFALH: 1 registra, 2 bloqueia.
//---------------------------------------------------------------------------------------
User Function KBFALHA(cOnde, cErro)

    U_KBLOG("ERROR", cOnde, cErro)
    If U_KBPAR("MV_KBFALH", 1) == 2
        UserException("Ponte Kafka (" + cOnde + "): " + cErro)
    EndIf

Return Nil

//---------------------------------------------------------------------------------------
// KBSEG: executa bAcao sem deixar que um erro saia. Devolve o valor do bloco ou Nil.
// cErro, por referencia, fica vazio quando tudo correu bem.
//---------------------------------------------------------------------------------------
User Function KBSEG(bAcao, cErro)
    Local bAntes := ErrorBlock({|oFalha| Break(oFalha)})
    Local oErro  := Nil
    Local xRet   := Nil

    cErro := ""
    Begin Sequence
        xRet := Eval(bAcao)
    Recover Using oErro
        cErro := U_KBERRO(oErro)
        xRet  := Nil
    End Sequence
    ErrorBlock(bAntes)

Return xRet

//---------------------------------------------------------------------------------------
// KBPONTO: corpo comum dos pontos de entrada. Guarda area, ordem e posicao das tabelas,
// executa bAcao com protecao e devolve tudo ao lugar, tambem depois de um erro.
// Devolve o id do evento, ou "" quando nada foi gravado.
//---------------------------------------------------------------------------------------
User Function KBPONTO(cOnde, cFamilia, aAlias, bAcao)
    Local aAreas := {}
    Local cErro  := ""
    Local xId    := ""
    Local nI     := 0

    xId := U_KBSEG({|| KbExecuta(cFamilia, aAlias, aAreas, bAcao)}, @cErro)
    For nI := Len(aAreas) To 1 Step -1
        RestArea(aAreas[nI])
    Next nI
    If !Empty(cErro)
        U_KBFALHA(cOnde, cErro)
    EndIf
    If ValType(xId) != "C"
        xId := ""
    EndIf

Return xId

Static Function KbExecuta(cFamilia, aAlias, aAreas, bAcao)
    Local xRet := ""
    Local nI   := 0

    If U_KBLIGA(cFamilia)
        aAdd(aAreas, GetArea())
        For nI := 1 To Len(aAlias)
            DbSelectArea(aAlias[nI])
            aAdd(aAreas, (aAlias[nI])->(GetArea()))
        Next nI
        RestArea(aAreas[1])
        xRet := Eval(bAcao)
    EndIf

Return xRet
