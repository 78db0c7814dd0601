#Include "Protheus.ch"

User Function KBX(nA)
    Local nI := 0

    Begin Sequence
        For nI := 1 To nA
            If nI == 3
                Exit
            EndIf
        Next nI
        Return nI // finding
    Recover
        Return 0
    End Sequence
    While .T.
        Begin Transaction
            nA++
            Exit // finding
        End Transaction
    EndDo
Return nA
