#Include "Protheus.ch"

// Job
User Function KBX()
    Local oRest := FWRest():New("http://localhost:8081")
    oRest:SetPath("/topics")
Return oRest:Patch({}) // finding
