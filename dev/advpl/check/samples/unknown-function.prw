#Include "Protheus.ch"

User Function KBX()
    U_KBY()
    KbHelp() // finding
    U_KBNONE() // finding
    StartJob("U_KBNO", GetEnvServer(), .F.) // finding
Return AllTrm("x") // finding

User Function KBY()
Return Nil
