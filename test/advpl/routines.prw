#Include "Protheus.ch"

// What the ERP's own routines do around the entry points, as far as it matters to them: the transaction, what is positioned, what is passed,
// and what the user sees of it afterwards.

User Function FATURA(cDoc, lUndo, nLines)
    Local nI := 0

    Default lUndo  := .F.
    Default nLines := 1

    Begin Transaction
        RecLock("SF2", .T.)
        SF2->F2_FILIAL  := xFilial("SF2")
        SF2->F2_DOC     := cDoc
        SF2->F2_SERIE   := "001"
        SF2->F2_TIPO    := "N"
        SF2->F2_ESPECIE := "SPED"
        SF2->F2_CLIENTE := "000123"
        SF2->F2_LOJA    := "01"
        SF2->F2_EMISSAO := StoD("20260316")
        SF2->F2_VALBRUT := 1250.5
        SF2->F2_VALMERC := 1180
        SF2->F2_PREFIXO := "UNI"
        SF2->F2_DUPL    := cDoc
        SF2->F2_VEND1   := "000007"
        SF2->F2_XOBS    := "Entregar " + Chr(224) + "s 8h"
        SF2->(MsUnlock())
        For nI := 1 To nLines
            RecLock("SD2", .T.)
            SD2->D2_FILIAL  := xFilial("SD2")
            SD2->D2_DOC     := cDoc
            SD2->D2_SERIE   := "001"
            SD2->D2_CLIENTE := "000123"
            SD2->D2_LOJA    := "01"
            SD2->D2_ITEM    := StrZero(nI, 2)
            SD2->D2_COD     := "0000123"
            SD2->D2_UM      := "UN"
            SD2->D2_QUANT   := 100
            SD2->D2_PRCVEN  := 11.8
            SD2->D2_TOTAL   := 1180
            SD2->D2_TES     := "501"
            SD2->D2_CF      := "5102"
            SD2->D2_LOCAL   := "01"
            SD2->D2_PEDIDO  := "000987"
            SD2->D2_ITEMPV  := "01"
            SD2->(MsUnlock())
        Next nI
        RecLock("SE1", .T.)
        SE1->E1_FILIAL  := xFilial("SE1")
        SE1->E1_PREFIXO := "UNI"
        SE1->E1_NUM     := cDoc
        SE1->E1_PARCELA := "01"
        SE1->E1_TIPO    := "NF"
        SE1->E1_CLIENTE := "000123"
        SE1->E1_LOJA    := "01"
        SE1->E1_EMISSAO := StoD("20260316")
        SE1->E1_VENCTO  := StoD("20260415")
        SE1->E1_VENCREA := StoD("20260415")
        SE1->E1_VALOR   := 1250.5
        SE1->E1_SALDO   := 1250.5
        SE1->E1_ORIGEM  := "MATA460"
        SE1->(MsUnlock())
        Point("SF2460I")
        If lUndo
            DisarmTransaction()
        EndIf
    End Transaction
    Point("M460FIM")

Return Nil

// SF2 is positioned by the caller's argument.
User Function EXCLUINF(cDoc, lUndo)

    Default lUndo := .F.

    SF2->(DbSetOrder(1))
    SF2->(DbSeek(xFilial("SF2") + cDoc))
    Begin Transaction
        Point("SF2520E")
        Point("MS520DEL")
        RecLock("SF2", .F.)
        SF2->(DbDelete())
        SF2->(MsUnlock())
        If lUndo
            DisarmTransaction()
        EndIf
    End Transaction

Return Nil

User Function TRANSMIT(cDoc, cKey)

    SF2->(DbSetOrder(1))
    SF2->(DbSeek(xFilial("SF2") + cDoc))
    RecLock("SF2", .F.)
    SF2->F2_CHVNFE  := cKey
    SF2->F2_DAUTNFE := StoD("20260316")
    SF2->F2_HAUTNFE := "10:02:11"
    SF2->(MsUnlock())
    SF2->(DbGoTop())
    Point("FISENVNFE", {{"001" + cDoc}})

Return Nil

User Function PEDIDO(cNum, nOper, cTipo)

    Default cTipo := "N"

    INCLUI := nOper == 3
    ALTERA := nOper == 4
    SC5->(DbSetOrder(1))
    Begin Transaction
        If nOper == 3
            RecLock("SC5", .T.)
            SC5->C5_FILIAL  := xFilial("SC5")
            SC5->C5_NUM     := cNum
            SC5->C5_TIPO    := cTipo
            SC5->C5_CLIENTE := "000123"
            SC5->C5_LOJACLI := "01"
            SC5->C5_EMISSAO := StoD("20260315")
            SC5->C5_CONDPAG := "001"
            SC5->C5_VEND1   := "000007"
            SC5->(MsUnlock())
            RecLock("SC6", .T.)
            SC6->C6_FILIAL  := xFilial("SC6")
            SC6->C6_NUM     := cNum
            SC6->C6_ITEM    := "01"
            SC6->C6_PRODUTO := "0000123"
            SC6->C6_UM      := "UN"
            SC6->C6_QTDVEN  := 100
            SC6->C6_PRCVEN  := 11.8
            SC6->C6_VALOR   := 1180
            SC6->C6_TES     := "501"
            SC6->C6_CF      := "5102"
            SC6->C6_LOCAL   := "01"
            SC6->C6_ENTREG  := StoD("20260320")
            SC6->(MsUnlock())
        Else
            SC5->(DbSeek(xFilial("SC5") + cNum))
            RecLock("SC5", .F.)
            If nOper == 5
                SC5->(DbDelete())
            Else
                SC5->C5_CONDPAG := "002"
            EndIf
            SC5->(MsUnlock())
        EndIf
        If nOper != 5
            Point("MTA410T")
        EndIf
    End Transaction
    Point("M410STTS", {nOper})

Return Nil

// Internal movements: model 2 writes all items of a document, model 1 one of them.
User Function MOVINT2(cDoc)

    Begin Transaction
        A241Grava(cDoc)
    End Transaction
    Point("MT241SD3")

Return Nil

Static Function A241Grava(cDoc)

    Moved(cDoc, "501", "000451")
    Point("SD3240I", {1})
    Moved(cDoc, "501", "000452")
    Point("SD3240I", {2})
    Point("MT241GRV", {cDoc, {}})

Return Nil

User Function MOVINT1(cDoc)

    Begin Transaction
        Moved(cDoc, "501", "000453")
        Point("SD3240I")
    End Transaction

Return Nil

User Function ESTORNO(cDoc)

    SD3->(DbSetOrder(2))
    SD3->(DbSeek(xFilial("SD3") + cDoc))
    Begin Transaction
        RecLock("SD3", .F.)
        SD3->D3_ESTORNO := "S"
        SD3->(MsUnlock())
        Point("SD3240E")
    End Transaction

Return Nil

User Function TRANSFER(cDoc)
    Local aPair := {0, 0}

    Begin Transaction
        Moved(cDoc, "999", "000454")
        aPair[1] := SD3->(Recno())
        Moved(cDoc, "499", "000454")
        aPair[2] := SD3->(Recno())
    End Transaction
    Point("MA261TRD3", {{aPair}})

Return Nil

Static Function Moved(cDoc, cTM, cSeq)

    RecLock("SD3", .T.)
    SD3->D3_FILIAL  := xFilial("SD3")
    SD3->D3_TM      := cTM
    SD3->D3_COD     := "0000123"
    SD3->D3_UM      := "UN"
    SD3->D3_QUANT   := 10
    SD3->D3_CF      := "RE0"
    SD3->D3_LOCAL   := "01"
    SD3->D3_DOC     := cDoc
    SD3->D3_EMISSAO := StoD("20260316")
    SD3->D3_CUSTO1  := 98.7
    SD3->D3_CC      := "1001"
    SD3->D3_NUMSEQ  := cSeq
    SD3->(MsUnlock())

Return Nil

User Function TITULO(cNum)

    Begin Transaction
        RecLock("SE1", .T.)
        SE1->E1_FILIAL  := xFilial("SE1")
        SE1->E1_PREFIXO := "MAN"
        SE1->E1_NUM     := cNum
        SE1->E1_PARCELA := "A"
        SE1->E1_TIPO    := "DP"
        SE1->E1_NATUREZ := "10101"
        SE1->E1_CLIENTE := "000123"
        SE1->E1_LOJA    := "01"
        SE1->E1_EMISSAO := StoD("20260316")
        SE1->E1_VENCTO  := StoD("20260415")
        SE1->E1_VENCREA := StoD("20260415")
        SE1->E1_VALOR   := 300.4
        SE1->E1_SALDO   := 300.4
        SE1->E1_ORIGEM  := "FINA040"
        SE1->(MsUnlock())
        Point("FA040GRV")
    End Transaction
    Point("FA040FIN")

Return Nil

// cPoint is the entry point at the end of the change.
User Function TITMUDA(cNum, cPoint)

    SE1->(DbSetOrder(1))
    SE1->(DbSeek(xFilial("SE1") + "MAN" + cNum))
    Begin Transaction
        RecLock("SE1", .F.)
        If cPoint == "FA040DEL"
            SE1->(DbDelete())
        ElseIf cPoint == "SACI008"
            SE1->E1_SALDO := 0
            SE1->E1_BAIXA := StoD("20260415")
        Else
            SE1->E1_SALDO := 300.4
        EndIf
        SE1->(MsUnlock())
        If cPoint == "SACI008"
            RecLock("SE5", .T.)
            SE5->E5_FILIAL  := xFilial("SE5")
            SE5->E5_PREFIXO := SE1->E1_PREFIXO
            SE5->E5_NUMERO  := SE1->E1_NUM
            SE5->E5_PARCELA := SE1->E1_PARCELA
            SE5->E5_TIPO    := SE1->E1_TIPO
            SE5->E5_DATA    := StoD("20260415")
            SE5->E5_VALOR   := 300.4
            SE5->E5_MOTBX   := "NOR"
            SE5->E5_SEQ     := "01"
            SE5->E5_HISTOR  := "Valor recebido s/ t" + Chr(237) + "tulo"
            SE5->(MsUnlock())
        EndIf
    End Transaction
    Point(cPoint)

Return Nil

Static Function Point(cName, xParam)

    If ExistBlock(cName)
        ExecBlock(cName, .F., .F., xParam)
    EndIf

Return Nil
