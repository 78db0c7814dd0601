#Include "Protheus.ch"

User Function KBX(nA)
    U_KBX(1)
    U_KBX(1, 2) // finding
    SubStr("abc") // finding
Return AllTrim("a", "b") // finding
