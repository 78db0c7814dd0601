#Include "Protheus.ch"

User Function KBX()
Return GetMV("MV_KAFKATPC", .F., "") // finding
