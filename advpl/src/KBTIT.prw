#Include "Protheus.ch"

/*
KBTIT.prw - Eventos do titulo a receber (SE1, SE5): incluido, alterado, excluido, baixado,
estornado (baixa cancelada).
*/

//---------------------------------------------------------------------------------------
// KBTIT: grava o evento do titulo posicionado em SE1.
//---------------------------------------------------------------------------------------
User Function KBTIT(cFase)

Return U_KBPONTO("KBTIT", "TIT", {"SA1"}, {|| U_KBTITENF(cFase)})

//---------------------------------------------------------------------------------------
// KBTITKEY: chave do titulo posicionado em SE1.
//---------------------------------------------------------------------------------------
User Function KBTITKEY()

Return U_KBCHAVE({SE1->E1_PREFIXO, SE1->E1_NUM, SE1->E1_PARCELA, SE1->E1_TIPO})

//---------------------------------------------------------------------------------------
// KBTITENF: grava o evento, sem proteger as areas (KBPONTO faz).
//---------------------------------------------------------------------------------------
User Function KBTITENF(cFase)
    Local oDados := JsonObject():New()
    Local oTit   := U_KBTITDAD()

    SA1->(DbSetOrder(1))
    oTit["nomeCliente"] := Nil
    If SA1->(DbSeek(xFilial("SA1") + SE1->E1_CLIENTE + SE1->E1_LOJA))
        oTit["nomeCliente"] := RTrim(SA1->A1_NOME)
    EndIf
    oDados["titulo"] := oTit
    If cFase == "baixado" .Or. cFase == "estornado"
        oDados["baixa"] := KbBaixa()
    EndIf

Return U_KBENQ(U_KBPAR("MV_KBTPTIT", "protheus-titulos"), U_KBTITKEY(), oDados, "titulo." + cFase)

//---------------------------------------------------------------------------------------
// KBTITDAD: conteudo do titulo posicionado em SE1.
//---------------------------------------------------------------------------------------
User Function KBTITDAD()
    Local oTit := JsonObject():New()

    oTit["prefixo"]        := RTrim(SE1->E1_PREFIXO)
    oTit["numero"]         := RTrim(SE1->E1_NUM)
    oTit["parcela"]        := RTrim(SE1->E1_PARCELA)
    oTit["tipo"]           := RTrim(SE1->E1_TIPO)
    oTit["natureza"]       := U_KBCAMPO("SE1", "E1_NATUREZ")
    oTit["cliente"]        := RTrim(SE1->E1_CLIENTE)
    oTit["loja"]           := RTrim(SE1->E1_LOJA)
    oTit["emissao"]        := U_KBDATA(SE1->E1_EMISSAO)
    oTit["vencimento"]     := U_KBDATA(SE1->E1_VENCTO)
    oTit["vencimentoReal"] := U_KBDATA(SE1->E1_VENCREA)
    oTit["valor"]          := SE1->E1_VALOR
    oTit["saldo"]          := SE1->E1_SALDO
    oTit["origem"]         := U_KBCAMPO("SE1", "E1_ORIGEM")
    oTit["extras"]         := U_KBEXTRA("SE1")

Return oTit

//---------------------------------------------------------------------------------------
// A baixa vem de SE5 quando ele esta posicionado neste titulo; senao, so do proprio SE1.
//---------------------------------------------------------------------------------------
Static Function KbBaixa()
    Local oBaixa := JsonObject():New()
    Local lSE5   := .F.

    oBaixa["data"]      := U_KBCAMPO("SE1", "E1_BAIXA")
    oBaixa["valor"]     := U_KBCAMPO("SE1", "E1_VALLIQ")
    oBaixa["motivo"]    := Nil
    oBaixa["sequencia"] := Nil
    oBaixa["historico"] := Nil
    If Select("SE5") > 0
        lSE5 := !SE5->(Eof()) .And. ;
            (SE5->E5_PREFIXO + SE5->E5_NUMERO + SE5->E5_PARCELA + SE5->E5_TIPO) == (SE1->E1_PREFIXO + SE1->E1_NUM + SE1->E1_PARCELA + SE1->E1_TIPO)
    EndIf
    If lSE5
        oBaixa["data"]      := U_KBCAMPO("SE5", "E5_DATA")
        oBaixa["valor"]     := U_KBCAMPO("SE5", "E5_VALOR")
        oBaixa["motivo"]    := U_KBCAMPO("SE5", "E5_MOTBX")
        oBaixa["sequencia"] := U_KBCAMPO("SE5", "E5_SEQ")
        oBaixa["historico"] := U_KBCAMPO("SE5", "E5_HISTOR")
    EndIf

Return oBaixa
