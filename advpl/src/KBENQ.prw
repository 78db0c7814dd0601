#Include "Protheus.ch"

/*
KBENQ.prw - Grava um evento na fila, dentro da transacao de quem chama.

Se a transacao do documento for desfeita, o evento some com ela. Nada aqui fala com a
rede: o envio e feito depois, por KBDRENA.
*/

//---------------------------------------------------------------------------------------
// KBENQ: grava o evento e devolve o seu id (36 caracteres), ou "" quando nao gravou.
// cTopico  topico do Kafka
// cChave   chave do registro, que decide a particao e a ordem (ver KBCHAVE)
// oDados   JsonObject com o conteudo
// cEvento  nome do evento, por exemplo nota.emitida
// lPuro    .T. grava oDados sem envelope (usado pelo U_SENDKAFKA antigo)
//---------------------------------------------------------------------------------------
User Function KBENQ(cTopico, cChave, oDados, cEvento, lPuro)
    Local cId := ""

    Default cEvento := "generico"
    Default lPuro   := .F.

    cId := U_KBPONTO("KBENQ", "", {}, {|| KbInsere(cTopico, cChave, oDados, cEvento, lPuro)})

Return cId

//---------------------------------------------------------------------------------------
// Tudo o que pode falhar vem antes do RecLock. STATUS e o ultimo campo: enquanto ele
// estiver vazio o registro nao e candidato a envio.
//---------------------------------------------------------------------------------------
Static Function KbInsere(cTopico, cChave, oDados, cEvento, lPuro)
    Local cTab  := U_KBTAB()
    Local aArea := (cTab)->(GetArea())
    Local cId   := FWUUIDV4()
    Local cJson := ""
    Local cUsuario := ""

    If Type("cUserName") == "C"
        cUsuario := SubStr(cUserName, 1, 15)
    EndIf
    KbConfere(cTab, cTopico, cChave)
    If lPuro
        cJson := oDados:ToJson()
    Else
        cJson := U_KBENV(cId, cEvento, oDados, cChave)
    EndIf

    If RecLock(cTab, .T.)
        U_KBGRV(cTab, "FILIAL", xFilial(cTab))
        U_KBGRV(cTab, "ID",     cId)
        U_KBGRV(cTab, "TOPICO", cTopico)
        U_KBGRV(cTab, "CHAVE",  cChave)
        U_KBGRV(cTab, "EVENTO", cEvento)
        U_KBGRV(cTab, "JSON",   cJson)
        U_KBGRV(cTab, "DTINC",  Date())
        U_KBGRV(cTab, "HRINC",  Time())
        U_KBGRV(cTab, "USUAR",  cUsuario)
        U_KBGRV(cTab, "STATUS", "1")
        (cTab)->(MsUnlock())
    Else
        cId := ""
    EndIf
    RestArea(aArea)

Return cId

//---------------------------------------------------------------------------------------
// Um campo que falta ou um texto cortado em silencio mudaria a chave: antes, um erro.
//---------------------------------------------------------------------------------------
Static Function KbConfere(cTab, cTopico, cChave)
    Local aCampos := U_KBCAMPOS()
    Local nI      := 0

    For nI := 1 To Len(aCampos)
        If (cTab)->(FieldPos(U_KBCPO(cTab, aCampos[nI][1]))) == 0
            Break("A tabela " + cTab + " nao tem o campo " + aCampos[nI][1] + ": execute U_KBINST")
        EndIf
    Next nI
    If Empty(cTopico) .Or. Len(cTopico) > 60
        Break("Topico vazio ou com mais de 60 caracteres: " + cTopico)
    EndIf
    If Len(cChave) > 60
        Break("Chave com mais de 60 caracteres: " + cChave)
    EndIf

Return Nil
