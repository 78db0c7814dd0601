#Include "Protheus.ch"

User Function KBX(nA)
    Local bSum := {|nB| nB + nA}
    If cFilAnt == "01"
        Return Eval(bSum, 1) + nB // finding
    EndIf
Return JsonObject():New():HasProperty(cKey) // finding
