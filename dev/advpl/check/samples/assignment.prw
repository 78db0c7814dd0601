#Include "Protheus.ch"

User Function KBX(nA)
    Local nI := 0
    nTotal := nA // finding
    nI++
    For nJ := 1 To nI // finding
        nA += nI
    Next nJ
Return nA
