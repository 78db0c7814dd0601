#Include "Protheus.ch"

/*
KBFILA.prw - Acesso a tabela da fila (outbox), que fica no banco do proprio Protheus.

O alias vem de MV_KBTAB (padrao SZK). O prefixo dos campos sai do alias: SZK -> ZK_,
ZK1 -> ZK1_. Por isso os campos sao lidos e gravados por nome, por KBLE e KBGRV.

Situacoes (STATUS): 1 pendente, 2 enviada, 3 recusada, 9 desistiu.
Indices: 1 FILIAL+ID, 2 FILIAL+STATUS+DTOS(DTINC)+HRINC, 3 FILIAL+CHAVE+EVENTO.
*/

//---------------------------------------------------------------------------------------
// KBTAB: alias da fila, com a area aberta.
//---------------------------------------------------------------------------------------
User Function KBTAB()
    Local cTab := Upper(U_KBPAR("MV_KBTAB", "SZK"))

    If Select(cTab) == 0
        DbSelectArea(cTab)
    EndIf

Return cTab

//---------------------------------------------------------------------------------------
// KBCPO: nome completo de um campo da fila, por exemplo STATUS -> ZK_STATUS.
//---------------------------------------------------------------------------------------
User Function KBCPO(cTab, cCampo)
    Local cPrefixo := cTab

    If SubStr(cTab, 1, 1) == "S"
        cPrefixo := SubStr(cTab, 2)
    EndIf

Return cPrefixo + "_" + cCampo

//---------------------------------------------------------------------------------------
// KBLE: valor de um campo do registro posicionado.
//---------------------------------------------------------------------------------------
User Function KBLE(cTab, cCampo)
    Local cNome := U_KBCPO(cTab, cCampo)

Return (cTab)->(FieldGet(FieldPos(cNome)))

//---------------------------------------------------------------------------------------
// KBGRV: grava um campo do registro posicionado, que deve estar travado.
//---------------------------------------------------------------------------------------
User Function KBGRV(cTab, cCampo, xValor)
    Local cNome := U_KBCPO(cTab, cCampo)

    (cTab)->(FieldPut(FieldPos(cNome), xValor))

Return Nil

//---------------------------------------------------------------------------------------
// KBCAMPOS: os campos da fila: nome, tipo, tamanho, decimais, titulo, aparece no browse.
//---------------------------------------------------------------------------------------
User Function KBCAMPOS()
    Local aRet := {}

    aAdd(aRet, {"FILIAL", "C",  2, 0, "Filial",       .F.})
    aAdd(aRet, {"ID",     "C", 36, 0, "Id evento",    .F.})
    aAdd(aRet, {"STATUS", "C",  1, 0, "Situacao",     .T.})
    aAdd(aRet, {"TOPICO", "C", 60, 0, "Topico",       .T.})
    aAdd(aRet, {"CHAVE",  "C", 60, 0, "Chave",        .T.})
    aAdd(aRet, {"EVENTO", "C", 30, 0, "Evento",       .T.})
    aAdd(aRet, {"JSON",   "M", 10, 0, "Json",         .F.})
    aAdd(aRet, {"TENT",   "N",  3, 0, "Tentativas",   .T.})
    aAdd(aRet, {"HTTP",   "N",  3, 0, "Codigo HTTP",  .T.})
    aAdd(aRet, {"MSG",    "C", 120, 0, "Mensagem",    .T.})
    aAdd(aRet, {"OFFSET", "C", 20, 0, "Offset",       .T.})
    aAdd(aRet, {"PARTIC", "N",  6, 0, "Particao",     .T.})
    aAdd(aRet, {"DTINC",  "D",  8, 0, "Incluido em",  .T.})
    aAdd(aRet, {"HRINC",  "C",  8, 0, "Hora inclus",  .T.})
    aAdd(aRet, {"DTPROX", "D",  8, 0, "Prox tentat",  .T.})
    aAdd(aRet, {"HRPROX", "C",  8, 0, "Hora prox",    .T.})
    aAdd(aRet, {"DTENV",  "D",  8, 0, "Enviado em",   .T.})
    aAdd(aRet, {"HRENV",  "C",  8, 0, "Hora envio",   .T.})
    aAdd(aRet, {"USUAR",  "C", 15, 0, "Usuario",      .T.})

Return aRet

//---------------------------------------------------------------------------------------
// KBTRAVA: posiciona e trava um registro sem esperar por ninguem.
// Devolve 1 travado e relido, 0 esta com outra sessao, 2 nao existe mais.
// DBRLock primeiro: numa thread sem tela o RecLock de um registro ocupado espera e depois
// encerra a thread. RecLock em seguida: so ele rele o registro do banco, e o que se leu
// antes pode ser de uma transacao que depois foi desfeita.
//---------------------------------------------------------------------------------------
// Lock: 1
User Function KBTRAVA(cAlias, nRec)
    Local nRet := 0

    (cAlias)->(DbGoTo(nRec))
    If (cAlias)->(Eof())
        nRet := 2
    ElseIf (cAlias)->(DBRLock(nRec))
        (cAlias)->(DbGoTo(nRec))
        nRet := 2
        If !(cAlias)->(Eof()) .And. RecLock(cAlias, .F.)
            nRet := 1
            If (cAlias)->(Deleted())
                (cAlias)->(MsUnlock())
                nRet := 2
            EndIf
        EndIf
    EndIf

Return nRet

//---------------------------------------------------------------------------------------
// KBTEM: existe na fila um registro desta chave e deste evento, em qualquer situacao?
//---------------------------------------------------------------------------------------
User Function KBTEM(cTab, cChave, cEvento)

    (cTab)->(DbSetOrder(3))

Return (cTab)->(DbSeek(xFilial(cTab) + PadR(cChave, 60) + PadR(cEvento, 30)))

//---------------------------------------------------------------------------------------
// KBULT: o evento mais novo de uma chave, ou "". Serve para que dois pontos de entrada
// que disparam para o mesmo fato gravem um evento so.
//---------------------------------------------------------------------------------------
User Function KBULT(cTab, cChave)
    Local cPadrao := xFilial(cTab) + PadR(cChave, 60)
    Local cEvento := ""
    Local nMaior  := 0

    (cTab)->(DbSetOrder(3))
    (cTab)->(DbSeek(cPadrao))
    While !(cTab)->(Eof()) .And. U_KBLE(cTab, "FILIAL") + U_KBLE(cTab, "CHAVE") == cPadrao
        If (cTab)->(Recno()) > nMaior
            nMaior  := (cTab)->(Recno())
            cEvento := RTrim(U_KBLE(cTab, "EVENTO"))
        EndIf
        (cTab)->(DbSkip())
    EndDo

Return cEvento
