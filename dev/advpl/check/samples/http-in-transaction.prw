#Include "Protheus.ch"

// Transaction: yes

User Function SF2460I()
    KbSend()
Return Nil

Static Function KbSend()
    Local bSend := {|| KbPost()}
Return Eval(bSend)

Static Function KbPost()
Return FWRest():New("http://localhost:8081"):Post({}) // finding
