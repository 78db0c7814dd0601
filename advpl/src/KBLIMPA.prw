#Include "Protheus.ch"

/*
KBLIMPA.prw - Retencao e reenvio de registros da fila.
*/

//---------------------------------------------------------------------------------------
// KBPURGE: apaga os eventos entregues ha mais de nDias (MV_KBRETEN, padrao 30; 0 nunca
// apaga). Recusados e desistidos ficam, ate que alguem decida. Devolve quantos apagou.
//---------------------------------------------------------------------------------------
User Function KBPURGE(nDias, nMax)
    Local cTab   := U_KBTAB()
    Local aArea  := (cTab)->(GetArea())
    Local cFila  := xFilial(cTab) + "2"
    Local aRecs  := {}
    Local dLimit := Date()
    Local nI     := 0
    Local nTotal := 0

    Default nDias := U_KBPAR("MV_KBRETEN", 30)
    Default nMax  := 500

    dLimit := Date() - nDias
    (cTab)->(DbSetOrder(2))
    If nDias > 0 .And. (cTab)->(DbSeek(cFila))
        While !(cTab)->(Eof()) .And. Len(aRecs) < nMax .And. ;
            U_KBLE(cTab, "FILIAL") + U_KBLE(cTab, "STATUS") == cFila .And. ;
            U_KBLE(cTab, "DTINC") < dLimit

            If U_KBLE(cTab, "DTENV") < dLimit
                aAdd(aRecs, (cTab)->(Recno()))
            EndIf
            (cTab)->(DbSkip())
        EndDo
    EndIf

    For nI := 1 To Len(aRecs)
        If U_KBTRAVA(cTab, aRecs[nI]) == 1
            If U_KBLE(cTab, "STATUS") == "2"
                (cTab)->(DbDelete())
                nTotal += 1
            EndIf
            (cTab)->(MsUnlock())
        EndIf
    Next nI
    RestArea(aArea)

Return nTotal

//---------------------------------------------------------------------------------------
// KBREENV: devolve a fila um evento recusado ou abandonado (nRec, padrao o posicionado).
// O id continua o mesmo: se a ponte ja o tem, ela nao o grava outra vez.
//---------------------------------------------------------------------------------------
User Function KBREENV(nRec)
    Local cTab := U_KBTAB()
    Local lFez := .F.

    Default nRec := (cTab)->(Recno())

    If U_KBTRAVA(cTab, nRec) == 1
        If U_KBLE(cTab, "STATUS") == "3" .Or. U_KBLE(cTab, "STATUS") == "9"
            U_KBGRV(cTab, "TENT",   0)
            U_KBGRV(cTab, "DTPROX", CtoD(""))
            U_KBGRV(cTab, "HRPROX", "")
            U_KBGRV(cTab, "STATUS", "1")
            lFez := .T.
        EndIf
        (cTab)->(MsUnlock())
    EndIf

Return lFez
