#Include "Protheus.ch"

User Function KBX()
Return 1

User Function KbX() // finding
Return 2
