#Include "Protheus.ch"

/*
KBJOB.prw - Entrada do job: por StartJob depois do documento, e pelo Scheduler a cada
minuto, como rede de seguranca.
*/

//---------------------------------------------------------------------------------------
// Job
// KBJOB: xEmp e a empresa, ou o array do Scheduler {empresa, filial, ...}. O Scheduler
// pode chamar com ou sem ambiente preparado.
//---------------------------------------------------------------------------------------
User Function KBJOB(xEmp, cFil)
    Local cEmp  := ""
    Local lAbre := Select("SX6") == 0
    Local nEnv  := 0

    If ValType(xEmp) == "A"
        If Len(xEmp) >= 2
            cEmp := cValToChar(xEmp[1])
            cFil := cValToChar(xEmp[2])
        EndIf
    ElseIf ValType(xEmp) == "C"
        cEmp := xEmp
    EndIf

    If lAbre .And. (Empty(cEmp) .Or. Empty(cFil))
        ConOut("KBJOB: informe empresa e filial")
    Else
        If lAbre
            RpcSetType(3)
            RpcSetEnv(cEmp, cFil)
        EndIf
        nEnv := U_KBDRENA()
        If nEnv > 0
            U_KBLOG("INFO", "KBJOB", cValToChar(nEnv) + " eventos entregues")
        EndIf
        If lAbre
            RpcClearEnv()
        EndIf
    EndIf

Return nEnv

//---------------------------------------------------------------------------------------
// KBWAKE: acorda o job e volta na hora. Sem HTTP e sem espera. MV_KBACORD = .F. deixa o
// envio so com o Scheduler.
//---------------------------------------------------------------------------------------
User Function KBWAKE()
    Local cErro := ""

    U_KBSEG({|| KbAcorda()}, @cErro)
    If !Empty(cErro)
        U_KBLOG("WARN", "KBWAKE", cErro)
    EndIf

Return Nil

Static Function KbAcorda()

    If U_KBPAR("MV_KBACORD", .T.)
        StartJob("U_KBJOB", GetEnvServer(), .F., cEmpAnt, cFilAnt)
    EndIf

Return Nil

//---------------------------------------------------------------------------------------
// Definicao para o Scheduler do Configurador.
//---------------------------------------------------------------------------------------
Static Function SchedDef()

Return {"P", "PARAMDEF", "", {}, ""}
