#Include "Protheus.ch"

// Job
User Function KBJOB()
    ExecBlock("KBASK", .F., .F.)
Return Nil

User Function KBASK()
Return MsgYesNo("x") // finding
