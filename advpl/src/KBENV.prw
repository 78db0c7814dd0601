#Include "Protheus.ch"

/*
KBENV.prw - Envelope dos eventos e formatos comuns (datas, textos, chave, campos extras).
*/

//---------------------------------------------------------------------------------------
// KBENV: texto JSON do envelope. MV_KBCEVT = .T. usa CloudEvents 1.0.
//---------------------------------------------------------------------------------------
User Function KBENV(cId, cEvento, oDados, cChave)
    Local oEnv    := JsonObject():New()
    Local oOrigem := Nil
    Local cTipo   := "protheus." + cEvento + ".v1"

    If U_KBPAR("MV_KBCEVT", .F.)
        oEnv["specversion"]     := "1.0"
        oEnv["id"]              := cId
        oEnv["type"]            := cTipo
        oEnv["source"]          := "/protheus/" + cEmpAnt + "/" + RTrim(cFilAnt)
        oEnv["subject"]         := cChave
        oEnv["time"]            := FWTimeStamp(5)
        oEnv["datacontenttype"] := "application/json"
        oEnv["empresa"]         := cEmpAnt
        oEnv["filial"]          := RTrim(cFilAnt)
    Else
        oOrigem := JsonObject():New()
        oOrigem["empresa"] := cEmpAnt
        oOrigem["filial"]  := RTrim(cFilAnt)
        oEnv["id"]      := cId
        oEnv["type"]    := cTipo
        oEnv["version"] := 1
        oEnv["time"]    := FWTimeStamp(5)
        oEnv["source"]  := oOrigem
    EndIf
    oEnv["data"] := oDados

Return oEnv:ToJson()

//---------------------------------------------------------------------------------------
// KBCHAVE: empresa-filial-documento. Sem a filial, notas de filiais diferentes teriam a
// mesma chave.
//---------------------------------------------------------------------------------------
User Function KBCHAVE(aPartes)
    Local cChave := cEmpAnt + "-" + RTrim(cFilAnt)
    Local nI     := 0

    For nI := 1 To Len(aPartes)
        cChave += "-" + RTrim(aPartes[nI])
    Next nI

Return cChave

//---------------------------------------------------------------------------------------
// KBDATA: data no formato aaaa-mm-dd, ou Nil (null no JSON) quando vazia.
//---------------------------------------------------------------------------------------
User Function KBDATA(dData)
    Local cDtos := ""
    Local xRet  := Nil

    If ValType(dData) == "D" .And. !Empty(dData)
        cDtos := DtoS(dData)
        xRet  := SubStr(cDtos, 1, 4) + "-" + SubStr(cDtos, 5, 2) + "-" + SubStr(cDtos, 7, 2)
    EndIf

Return xRet

//---------------------------------------------------------------------------------------
// KBVALOR: valor de um campo como vai no JSON: textos sem brancos a direita (os zeros a
// esquerda ficam), datas ISO, numeros como numeros.
//---------------------------------------------------------------------------------------
User Function KBVALOR(xValor)
    Local xRet := xValor

    If ValType(xValor) $ "CM"
        xRet := RTrim(xValor)
    ElseIf ValType(xValor) == "D"
        xRet := U_KBDATA(xValor)
    EndIf

Return xRet

//---------------------------------------------------------------------------------------
// KBCAMPO: campo do registro posicionado, ou Nil quando nao existe neste release.
//---------------------------------------------------------------------------------------
User Function KBCAMPO(cAlias, cCampo)
    Local nPos := (cAlias)->(FieldPos(cCampo))
    Local xRet := Nil

    If nPos > 0
        xRet := U_KBVALOR((cAlias)->(FieldGet(nPos)))
    EndIf

Return xRet

//---------------------------------------------------------------------------------------
// KBEXTRA: campos do cliente, por parametro MV_KBX + tabela. Exemplo:
// MV_KBXSF2 = F2_VEND1;F2_XOBS. Um nome que nao existe e ignorado.
//---------------------------------------------------------------------------------------
User Function KBEXTRA(cAlias)
    Local oExtra := JsonObject():New()
    Local aNomes := U_KBLISTA(U_KBPAR("MV_KBX" + cAlias, ""), ";")
    Local nI     := 0

    For nI := 1 To Len(aNomes)
        If (cAlias)->(FieldPos(aNomes[nI])) > 0
            oExtra[aNomes[nI]] := U_KBCAMPO(cAlias, aNomes[nI])
        EndIf
    Next nI

Return oExtra

//---------------------------------------------------------------------------------------
// KBLISTA: separa um texto; partes vazias ficam fora.
//---------------------------------------------------------------------------------------
User Function KBLISTA(cTexto, cSepara)
    Local aRet  := {}
    Local cResto := cTexto + cSepara
    Local nPos  := At(cSepara, cResto)
    Local cItem := ""

    While nPos > 0
        cItem := AllTrim(SubStr(cResto, 1, nPos - 1))
        If !Empty(cItem)
            aAdd(aRet, cItem)
        EndIf
        cResto := SubStr(cResto, nPos + 1)
        nPos   := At(cSepara, cResto)
    EndDo

Return aRet

//---------------------------------------------------------------------------------------
// KBPESSOA: quem recebe a nota ou o pedido. Nos tipos D (devolucao) e B (beneficiamento)
// o codigo e de um fornecedor (SA2), nos demais e de um cliente (SA1).
//---------------------------------------------------------------------------------------
User Function KBPESSOA(cTipo, cCodigo, cLoja)
    Local oRet    := JsonObject():New()
    Local cAlias  := "SA1"
    Local cPrefix := "A1_"
    Local lAchou  := .F.

    If cTipo == "D" .Or. cTipo == "B"
        cAlias  := "SA2"
        cPrefix := "A2_"
    EndIf
    (cAlias)->(DbSetOrder(1))
    lAchou := (cAlias)->(DbSeek(xFilial(cAlias) + cCodigo + cLoja))

    oRet["cadastro"] := IIf(cAlias == "SA2", "fornecedor", "cliente")
    oRet["codigo"]   := RTrim(cCodigo)
    oRet["loja"]     := RTrim(cLoja)
    oRet["nome"]     := Nil
    oRet["extras"]   := JsonObject():New()
    If lAchou
        oRet["nome"]   := U_KBCAMPO(cAlias, cPrefix + "NOME")
        oRet["extras"] := U_KBEXTRA(cAlias)
    EndIf

Return oRet
