#Include "Protheus.ch"

// How ERPs post today, without a queue: in the biller's thread, key and data only, the code page's bytes as they are, and a list of bridges
// of which the first one that answers with an offset is taken. Written from what such sources do.

User Function TODAY(cUrls, cTopic, cKey, cName)
    Local oBody    := JsonObject():New()
    Local oData    := JsonObject():New()
    Local cOffset  := ""
    Local aUrls    := StrTokArr(cUrls, ",")
    Local nI       := 0

    oData["documento"]   := cKey
    oData["nomeCliente"] := cName
    oData["valorTotal"]  := 1250.5
    oBody["key"]         := cKey
    oBody["data"]        := oData
    For nI := 1 To Len(aUrls)
        cOffset := PostTo(aUrls[nI], cTopic, oBody:ToJson())
        If !Empty(cOffset)
            Exit
        EndIf
    Next nI

Return cOffset

Static Function PostTo(cUrl, cTopic, cBody)
    Local oRest   := FWRest():New(cUrl)
    Local oAnswer := JsonObject():New()
    Local cOffset := ""

    oRest:SetPath("/topics/" + cTopic)
    oRest:SetPostParams(cBody)
    If oRest:Post({"Content-Type: application/json", "Accept: application/json"})
        If oAnswer:FromJson(oRest:GetResult()) == Nil
            If Len(oAnswer["offsets"]) > 0
                cOffset := oAnswer["offsets"][1]["offset"]
            EndIf
        EndIf
    EndIf

Return cOffset
