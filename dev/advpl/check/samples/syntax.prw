#Include "Protheus.ch"

User Function KBX(lGo)
    If lGo // finding
        Return 1
Return 2
