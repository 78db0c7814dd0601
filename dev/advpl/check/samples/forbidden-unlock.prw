#Include "Protheus.ch"

User Function KBX()
    If SZK->(DBRLock(1))
        SZK->(DbRUnlock(1)) // finding
    EndIf
Return Nil
