#Include "Protheus.ch"

User Function KBENQ()
    KbWarn()
Return Nil

Static Function KbWarn()
    MsgStop("x") // finding
Return Nil

User Function KBMON()
    MsgInfo("x")
Return Nil
