#Include "Protheus.ch"

/*
KBINST.prw - Compatibilizador: tabela, campos, indices e parametros. Pode ser executado
outra vez: so inclui o que falta e nunca muda um valor que ja existe. Sem SQL.

Executar por empresa, com ambiente aberto e sem outros usuarios.
*/

//---------------------------------------------------------------------------------------
// KBINST: devolve um texto com o que fez.
//---------------------------------------------------------------------------------------
User Function KBINST()
    Local cTab   := Upper(U_KBPAR("MV_KBTAB", "SZK"))
    Local cTexto := ""
    Local lSegue := .T.

    If !IsBlind()
        lSegue := MsgYesNo("Criar a fila da ponte na tabela " + cTab + " da empresa " + cEmpAnt + "?", "Ponte Kafka")
    EndIf
    If lSegue
        If KbDeOutro(cTab)
            cTexto := "A tabela " + cTab + " ja existe e nao e a fila da ponte. Escolha outra em MV_KBTAB."
        Else
            cTexto := KbSX2(cTab) + KbSX3(cTab) + KbSIX(cTab) + KbSX6()
            cTexto += KbBanco(cTab)
        EndIf
        U_KBLOG("INFO", "KBINST", cTexto)
        If !IsBlind()
            MsgInfo(cTexto, "Ponte Kafka")
        EndIf
    EndIf

Return cTexto

//---------------------------------------------------------------------------------------
// Uma tabela do cliente com o mesmo alias nao e tocada.
//---------------------------------------------------------------------------------------
Static Function KbDeOutro(cTab)
    Local lOutro := .F.

    DbSelectArea("SX2")
    SX2->(DbSetOrder(1))
    If SX2->(DbSeek(cTab))
        DbSelectArea("SX3")
        SX3->(DbSetOrder(2))
        lOutro := !SX3->(DbSeek(PadR(U_KBCPO(cTab, "TOPICO"), 10)))
    EndIf

Return lOutro

Static Function KbPoe(cAlias, cCampo, xValor)
    Local nPos := (cAlias)->(FieldPos(cCampo))

    If nPos > 0
        (cAlias)->(FieldPut(nPos, xValor))
    EndIf

Return Nil

//---------------------------------------------------------------------------------------
// Compartilhada: uma fila e um job por empresa. Empresa e filial vao no evento.
//---------------------------------------------------------------------------------------
Static Function KbSX2(cTab)
    Local cTexto := "Tabela " + cTab + " ja existia. "

    DbSelectArea("SX2")
    SX2->(DbSetOrder(1))
    If !SX2->(DbSeek(cTab))
        If RecLock("SX2", .T.)
            KbPoe("SX2", "X2_CHAVE",   cTab)
            KbPoe("SX2", "X2_PATH",    "\data\")
            KbPoe("SX2", "X2_ARQUIVO", cTab + cEmpAnt + "0")
            KbPoe("SX2", "X2_NOME",    "Fila de eventos Kafka")
            KbPoe("SX2", "X2_NOMESPA", "Cola de eventos Kafka")
            KbPoe("SX2", "X2_NOMEENG", "Kafka event outbox")
            KbPoe("SX2", "X2_MODO",    "C")
            KbPoe("SX2", "X2_MODOUN",  "C")
            KbPoe("SX2", "X2_MODOEMP", "C")
            SX2->(MsUnlock())
            cTexto := "Tabela " + cTab + " incluida. "
        EndIf
    EndIf

Return cTexto

//---------------------------------------------------------------------------------------
// A filial tem o tamanho que o grupo de empresas usa. Usado e reservado sao copiados de
// campos do proprio dicionario, porque o seu formato muda entre releases.
//---------------------------------------------------------------------------------------
Static Function KbSX3(cTab)
    Local aCampos := U_KBCAMPOS()
    Local aModelo := KbModelo("A1_NOME")
    Local aFilial := KbModelo("A1_FILIAL")
    Local cNome   := ""
    Local nFeitos := 0
    Local nI      := 0

    DbSelectArea("SX3")
    SX3->(DbSetOrder(2))
    For nI := 1 To Len(aCampos)
        cNome := U_KBCPO(cTab, aCampos[nI][1])
        If !SX3->(DbSeek(PadR(cNome, 10)))
            If RecLock("SX3", .T.)
                KbCampo(cTab, cNome, nI, aCampos[nI], IIf(nI == 1, aFilial, aModelo))
                SX3->(MsUnlock())
                nFeitos += 1
            EndIf
        EndIf
    Next nI

Return cValToChar(nFeitos) + " campos incluidos. "

Static Function KbModelo(cCampo)
    Local aRet := {"", "", 2}

    DbSelectArea("SX3")
    SX3->(DbSetOrder(2))
    If SX3->(DbSeek(PadR(cCampo, 10)))
        aRet := {SX3->X3_USADO, SX3->X3_RESERV, SX3->X3_TAMANHO}
    EndIf

Return aRet

Static Function KbCampo(cTab, cNome, nOrdem, aCampo, aModelo)

    KbPoe("SX3", "X3_ARQUIVO", cTab)
    KbPoe("SX3", "X3_ORDEM",   StrZero(nOrdem, 2))
    KbPoe("SX3", "X3_CAMPO",   cNome)
    KbPoe("SX3", "X3_TIPO",    aCampo[2])
    KbPoe("SX3", "X3_TAMANHO", IIf(nOrdem == 1, aModelo[3], aCampo[3]))
    KbPoe("SX3", "X3_DECIMAL", aCampo[4])
    KbPoe("SX3", "X3_TITULO",  aCampo[5])
    KbPoe("SX3", "X3_TITSPA",  aCampo[5])
    KbPoe("SX3", "X3_TITENG",  aCampo[5])
    KbPoe("SX3", "X3_DESCRIC", aCampo[5])
    KbPoe("SX3", "X3_DESCSPA", aCampo[5])
    KbPoe("SX3", "X3_DESCENG", aCampo[5])
    KbPoe("SX3", "X3_USADO",   aModelo[1])
    KbPoe("SX3", "X3_RESERV",  aModelo[2])
    KbPoe("SX3", "X3_NIVEL",   1)
    KbPoe("SX3", "X3_PROPRI",  "U")
    KbPoe("SX3", "X3_BROWSE",  IIf(aCampo[6], "S", "N"))
    KbPoe("SX3", "X3_VISUAL",  "V")
    KbPoe("SX3", "X3_CONTEXT", "R")

Return Nil

Static Function KbSIX(cTab)
    Local aOrdens := {}
    Local nFeitos := 0
    Local nI      := 0

    aAdd(aOrdens, {U_KBCPO(cTab, "FILIAL") + "+" + U_KBCPO(cTab, "ID"), "Id do evento"})
    aAdd(aOrdens, {U_KBCPO(cTab, "FILIAL") + "+" + U_KBCPO(cTab, "STATUS") + "+DTOS(" + ;
        U_KBCPO(cTab, "DTINC") + ")+" + U_KBCPO(cTab, "HRINC"), "Situacao e inclusao"})
    aAdd(aOrdens, {U_KBCPO(cTab, "FILIAL") + "+" + U_KBCPO(cTab, "CHAVE") + "+" + U_KBCPO(cTab, "EVENTO"), "Chave e evento"})

    DbSelectArea("SIX")
    SIX->(DbSetOrder(1))
    For nI := 1 To Len(aOrdens)
        If !SIX->(DbSeek(cTab + cValToChar(nI)))
            If RecLock("SIX", .T.)
                KbPoe("SIX", "INDICE",    cTab)
                KbPoe("SIX", "ORDEM",     cValToChar(nI))
                KbPoe("SIX", "CHAVE",     aOrdens[nI][1])
                KbPoe("SIX", "DESCRICAO", aOrdens[nI][2])
                KbPoe("SIX", "DESCSPA",   aOrdens[nI][2])
                KbPoe("SIX", "DESCENG",   aOrdens[nI][2])
                KbPoe("SIX", "PROPRI",    "U")
                KbPoe("SIX", "SHOWPESQ",  "S")
                SIX->(MsUnlock())
                nFeitos += 1
            EndIf
        EndIf
    Next nI

Return cValToChar(nFeitos) + " indices incluidos. "

//---------------------------------------------------------------------------------------
// Parametros que faltam. Um que existe fica como esta, tambem por filial.
//---------------------------------------------------------------------------------------
Static Function KbSX6()
    Local aPar    := KbParams()
    Local nTam    := 0
    Local nFeitos := 0
    Local nI      := 0

    DbSelectArea("SX6")
    SX6->(DbSetOrder(1))
    nTam := Len(SX6->X6_FIL)
    For nI := 1 To Len(aPar)
        If !SX6->(DbSeek(Space(nTam) + PadR(aPar[nI][1], 10)))
            If RecLock("SX6", .T.)
                KbPoe("SX6", "X6_FIL",     Space(nTam))
                KbPoe("SX6", "X6_VAR",     aPar[nI][1])
                KbPoe("SX6", "X6_TIPO",    aPar[nI][2])
                KbPoe("SX6", "X6_DESCRIC", SubStr(aPar[nI][4], 1, 50))
                KbPoe("SX6", "X6_DESC1",   SubStr(aPar[nI][4], 51, 50))
                KbPoe("SX6", "X6_CONTEUD", aPar[nI][3])
                KbPoe("SX6", "X6_CONTSPA", aPar[nI][3])
                KbPoe("SX6", "X6_CONTENG", aPar[nI][3])
                KbPoe("SX6", "X6_PROPRI",  "U")
                SX6->(MsUnlock())
                nFeitos += 1
            EndIf
        EndIf
    Next nI

Return cValToChar(nFeitos) + " parametros incluidos. "

Static Function KbParams()
    Local aPar := {}

    aAdd(aPar, {"MV_KAFKABR", "C", "http://localhost:8081", "Ponte Kafka: enderecos, em ordem, por virgula"})
    aAdd(aPar, {"MV_KAFKATO", "N", "15", "Ponte Kafka: tempo limite do envio, em segundos"})
    aAdd(aPar, {"MV_KAFKATP", "C", "protheus-notas-fiscais", "Ponte Kafka: topico do U_SENDKAFKA"})
    aAdd(aPar, {"MV_KBTAB",   "C", "SZK", "Ponte Kafka: alias da tabela da fila"})
    aAdd(aPar, {"MV_KBCHAVE", "C", "", "Ponte Kafka: chave de API enviada a ponte"})
    aAdd(aPar, {"MV_KBEVTS",  "C", "NF;PED;EST;TIT", "Ponte Kafka: familias ligadas (- desliga todas)"})
    aAdd(aPar, {"MV_KBFALH",  "N", "1", "Ponte Kafka: falha ao gravar: 1 registra 2 bloqueia"})
    aAdd(aPar, {"MV_KBACORD", "L", ".T.", "Ponte Kafka: acorda o job depois do documento"})
    aAdd(aPar, {"MV_KBCEVT",  "L", ".F.", "Ponte Kafka: envelope CloudEvents 1.0"})
    aAdd(aPar, {"MV_KBRETEN", "N", "30", "Ponte Kafka: dias que um entregue fica na fila"})
    aAdd(aPar, {"MV_KBTENT",  "N", "100", "Ponte Kafka: tentativas de um evento com resp. 4xx"})
    aAdd(aPar, {"MV_KBLOTE",  "N", "100", "Ponte Kafka: eventos por envio (1 a 500)"})
    aAdd(aPar, {"MV_KBESPER", "N", "15", "Ponte Kafka: espera inicial apos falha, segundos"})
    aAdd(aPar, {"MV_KBESPMX", "N", "300", "Ponte Kafka: espera maxima apos falha, segundos"})
    aAdd(aPar, {"MV_KBTPNF",  "C", "protheus-notas-fiscais", "Ponte Kafka: topico das notas"})
    aAdd(aPar, {"MV_KBTPPED", "C", "protheus-pedidos", "Ponte Kafka: topico dos pedidos"})
    aAdd(aPar, {"MV_KBTPEST", "C", "protheus-estoque", "Ponte Kafka: topico do estoque"})
    aAdd(aPar, {"MV_KBTPTIT", "C", "protheus-titulos", "Ponte Kafka: topico dos titulos"})

Return aPar

//---------------------------------------------------------------------------------------
// Cria ou altera a tabela no banco, pelo dicionario.
//---------------------------------------------------------------------------------------
Static Function KbBanco(cTab)
    Local cTexto := "Tabela atualizada no banco."

    If Select(cTab) > 0
        (cTab)->(DbCloseArea())
    EndIf
    __SetX31Mode(.F.)
    X31UpdTable(cTab)
    If __GetX31Error()
        cTexto := "Erro ao atualizar o banco: " + cValToChar(__GetX31Trace())
    EndIf
    DbSelectArea(cTab)

Return cTexto
