#Include "Protheus.ch" // finding

// Nota gravada: ninguem diz se dentro da transacao.

User Function SF2460I()
Return Nil
