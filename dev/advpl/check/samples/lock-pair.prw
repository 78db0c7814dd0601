#Include "Protheus.ch"

User Function KBX(cTab, lGo)
    Local lLock := .F.

    If RecLock("SZK", .F.)
        SZK->(MsUnlock())
    EndIf
    lLock := RecLock(cTab, .T.)
    If lLock
        (cTab)->(MsUnlock())
    EndIf
    While lGo
        If !RecLock("SA1", .F.)
            Loop
        EndIf
        SA1->(MsUnlock())
    EndDo
    If lGo .And. RecLock("SZK", .F.) // finding
        If SZK->(Deleted())
            Return Nil
        EndIf
        SZK->(MsUnlock())
    EndIf
    SB1->(MsUnlock()) // finding
Return Nil

Static Function KbLoop(aRecs)
    Local nI := 0

    For nI := 1 To Len(aRecs)
        SZK->(DbGoTo(aRecs[nI]))
        RecLock("SZK", .F.) // finding
        If SZK->(Eof())
            Loop
        EndIf
        SZK->(MsUnlock())
    Next nI
Return Nil

// Lock: 1
Static Function KbTake(cTab)
    If RecLock(cTab, .F.)
        Return 1
    EndIf
Return 0

// Lock: passed on
Static Function KbFree(cTab)
    (cTab)->(MsUnlock())
Return Nil

Static Function KbUse(cTab, lGo)
    If KbTake(cTab) == 1
        (cTab)->(MsUnlock())
    EndIf
    If KbTake("SA1") == 1 // finding
        SA2->(MsUnlock()) // finding
    EndIf
Return Nil

Static Function KbPassed(cTab)
    KbFree(cTab)
    SA1->(MsUnlock())
Return Nil
