#Include "Protheus.ch"

User Function KBX(nA)
    Local nB := 1

    Default nA := 2

    Local nC := 3 // finding
    If nA > nB
        Local nD := 4 // finding
        nC := nD
    EndIf
Return nC
