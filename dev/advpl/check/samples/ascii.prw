#Include "Protheus.ch"

User Function KBX()
Return "NOTA EMITIDA À VISTA" // finding
