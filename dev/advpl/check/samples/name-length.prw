#Include "Protheus.ch"

User Function KBENVIATUD() // finding
Return KbTenChars(1)

Static Function KbTenChars(nNumber)
    Local cNameTooLong := "x" // finding
Return cNameTooLong + Str(nNumber)
