#Include "Protheus.ch"
#Include "FWMVCDef.ch"

/*
KBMON.prw - Monitor da fila (MVC): legenda, reenviar, ver o JSON, limpar. So consulta: os
campos nao sao editados.
*/

//---------------------------------------------------------------------------------------
// KBMON: todos os eventos.
//---------------------------------------------------------------------------------------
User Function KBMON()

    KbAbre("")

Return Nil

//---------------------------------------------------------------------------------------
// KBMONPV: eventos do pedido posicionado em SC5. Opcao de menu posta por MA410MNU.
//---------------------------------------------------------------------------------------
User Function KBMONPV()
    Local cTab := U_KBTAB()

    KbAbre(U_KBCPO(cTab, "CHAVE") + " == '" + PadR(U_KBPEDKEY(), 60) + "'")

Return Nil

Static Function KbAbre(cFiltro)
    Local cTab    := U_KBTAB()
    Local cSit    := U_KBCPO(cTab, "STATUS")
    Local oBrowse := FWMBrowse():New()

    oBrowse:SetAlias(cTab)
    oBrowse:SetDescription("Eventos Kafka")
    oBrowse:SetMenuDef("KBMON")
    oBrowse:AddLegend(cSit + " == '1'", "YELLOW", "Pendente")
    oBrowse:AddLegend(cSit + " == '2'", "GREEN", "Entregue")
    oBrowse:AddLegend(cSit + " == '3'", "RED", "Recusado")
    oBrowse:AddLegend(cSit + " == '9'", "BLACK", "Desistiu")
    If !Empty(cFiltro)
        oBrowse:SetFilterDefault(cFiltro)
    EndIf
    oBrowse:Activate()

Return Nil

Static Function MenuDef()
    Local aRotina := {}

    ADD OPTION aRotina TITLE "Visualizar" ACTION "VIEWDEF.KBMON" OPERATION 2 ACCESS 0
    ADD OPTION aRotina TITLE "Reenviar" ACTION "U_KBMONREE" OPERATION 4 ACCESS 0
    ADD OPTION aRotina TITLE "Ver JSON" ACTION "U_KBMONJS" OPERATION 2 ACCESS 0
    ADD OPTION aRotina TITLE "Enviar agora" ACTION "U_KBMONENV" OPERATION 2 ACCESS 0
    ADD OPTION aRotina TITLE "Limpar entregues" ACTION "U_KBMONLIM" OPERATION 2 ACCESS 0
    ADD OPTION aRotina TITLE "Verificar" ACTION "U_KBSTAT" OPERATION 2 ACCESS 0

Return aRotina

Static Function ModelDef()
    Local cTab    := U_KBTAB()
    Local oCampos := FWFormStruct(1, cTab)
    Local oModel  := MPFormModel():New("KBMONM")

    oModel:AddFields("FILA", Nil, oCampos)
    oModel:SetDescription("Eventos Kafka")
    oModel:SetPrimaryKey({U_KBCPO(cTab, "FILIAL"), U_KBCPO(cTab, "ID")})

Return oModel

Static Function ViewDef()
    Local oModel  := FWLoadModel("KBMON")
    Local oCampos := FWFormStruct(2, U_KBTAB())
    Local oView   := FWFormView():New()

    oView:SetModel(oModel)
    oView:AddField("VFILA", oCampos, "FILA")
    oView:CreateHorizontalBox("TELA", 100)
    oView:SetOwnerView("VFILA", "TELA")

Return oView

//---------------------------------------------------------------------------------------
// KBMONREE: reenviar o evento posicionado.
//---------------------------------------------------------------------------------------
User Function KBMONREE()

    If U_KBREENV()
        U_KBWAKE()
        MsgInfo("O evento voltou para a fila, com o mesmo id.", "Eventos Kafka")
    Else
        MsgStop("So um evento recusado ou abandonado pode ser reenviado.", "Eventos Kafka")
    EndIf

Return Nil

//---------------------------------------------------------------------------------------
// KBMONJS: mostra o JSON do evento posicionado.
//---------------------------------------------------------------------------------------
User Function KBMONJS()

    MsgInfo(AllTrim(U_KBLE(U_KBTAB(), "JSON")), "Eventos Kafka")

Return Nil

//---------------------------------------------------------------------------------------
// KBMONENV: envia a fila nesta sessao.
//---------------------------------------------------------------------------------------
User Function KBMONENV()
    Local nEnv := U_KBDRENA()

    MsgInfo(cValToChar(nEnv) + " eventos entregues.", "Eventos Kafka")

Return Nil

//---------------------------------------------------------------------------------------
// KBMONLIM: apaga os entregues mais velhos que a retencao.
//---------------------------------------------------------------------------------------
User Function KBMONLIM()
    Local nQtd := 0

    If MsgYesNo("Apagar os eventos entregues mais velhos que MV_KBRETEN dias?", "Eventos Kafka")
        nQtd := U_KBPURGE()
        MsgInfo(cValToChar(nQtd) + " eventos apagados.", "Eventos Kafka")
    EndIf

Return Nil
